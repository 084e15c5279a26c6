extension SamplePath {
    /// KITTI with the improved truth of its depth benchmark, 256 steps a metre, which is kept beside the drives' dates or
    /// below `train`, `val` or `data_depth_annotated`.
    var kitti: Sample? {
        let folders = folderNames
        guard folders.count >= 4, folders[0] == "data", ["image_02", "image_03"].contains(folders[1]) else {
            return nil
        }
        let (camera, drive) = (folders[1], folders[2])
        let rest = "/" + drive + "/proj_depth/groundtruth/" + camera + "/" + name
        // DATE lies below the root that the depths share, or below its part for the raw drives.
        let bases = [up(4), up(5), root].flatMap { base in
            ["", "/train", "/val", "/data_depth_annotated", "/data_depth_annotated/train", "/data_depth_annotated/val"]
                .map { base + $0 }
        }
        guard let depth = existing(bases.map { $0 + rest }) else { return nil }
        var sample = sample(
            depth: depth, .steps(perMetre: 256),
            camera: .kitti(path: up(3) + "/calib_cam_to_cam.txt", key: "P_rect_0" + camera.suffix(1)))
        sample?.otherKeys = [drive + "/proj_depth/groundtruth/" + camera + "/" + stem]
        sample?.isCutToKITTIBenchmark = true
        return sample
    }

    /// ETH3D's high-resolution multi-view images: the depth of the distorted photographs, under the same names.
    var eth3d: Sample? {
        guard folderNames.count >= 2, folderNames[0] == "dslr_images", folderNames[1] == "images" else { return nil }
        return sample(
            depth: up(2) + "/ground_truth_depth/dslr_images/" + name, .rawMetres,
            camera: .colmap(folder: up(2) + "/dslr_calibration_jpg"))
    }

    /// MPI Sintel's final pass, with the depth and cameras that are distributed apart.
    var sintel: Sample? {
        guard folderNames.count >= 2, folderNames[1] == "final" else { return nil }
        let scene = folderNames[0]
        return sample(
            depth: up(2) + "/depth/" + scene + "/" + stem + ".dpt", .metres(stepsPerMetre: nil),
            camera: .sintel(path: up(2) + "/camdata_left/" + scene + "/" + stem + ".cam"))
    }

    /// Spring's left images. Its disparities are HDF5, which is not read: they are exported as .npy, .pfm, .exr or .npz.
    /// They belong to the photograph's pixels and come at twice its size; the cameras are 65 mm apart.
    var spring: Sample? {
        get throws(DataSetError) {
            guard folderNames.first == "frame_left", stem.hasPrefix("frame_left_") else { return nil }
            let number = stem.dropFirst("frame_left_".count)
            guard let frame = Int(number) else { return nil }
            let depthStem = up(1) + "/disp1_left/disp1_left_" + number
            guard let depth = existing(["npy", "npz", "pfm", "exr"].map { depthStem + "." + $0 }) else {
                guard existing([depthStem + ".dsp5"]) != nil else { return nil }
                throw DataSetError(
                    depthStem + ".dsp5", "is HDF5, which is not read; export it as docs/evaluation.md tells")
            }
            return sample(
                depth: depth, .disparity,
                camera: .numbers(path: up(1) + "/cam_data/intrinsics.txt", line: frame - 1, baselineMetres: 0.065))
        }
    }

    /// nuScenes as it is exported: the points of the laser scanner as a 16-bit PNG, 256 steps a metre.
    var exportedLidar: Sample? {
        sample(
            depth: folder + "/" + stem + "_depth.png", .steps(perMetre: 256),
            camera: .json(path: folder + "/" + stem + ".json"))
    }
}
