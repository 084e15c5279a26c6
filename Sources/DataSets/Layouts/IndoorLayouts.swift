import Foundation

extension SamplePath {
    /// NYU Depth v2 as BTS and its successors keep it: millimetres, one Kinect for all.
    var nyu: Sample? {
        guard stem.hasPrefix("rgb_") else { return nil }
        return sample(
            depth: folder + "/sync_depth_" + stem.dropFirst(4) + ".png", .steps(perMetre: 1000),
            camera: .fixed(focalLengthPixels: 518.8579, imageWidth: 640))
    }

    /// VOID: 256 steps a metre, intrinsics in K.txt.
    var void: Sample? {
        guard folderNames.first == "image" else { return nil }
        return sample(
            depth: up(1) + "/ground_truth/" + stem + ".png", .steps(perMetre: 256),
            camera: .numbers(path: up(1) + "/K.txt", line: 0, baselineMetres: nil))
    }

    /// SUN RGB-D: depth with its holes filled (`depth_bfx`) or as measured (`depth`). Some sensors name the depth
    /// differently, so that a folder's only PNG is taken.
    var sunRGBD: Sample? {
        guard folderNames.first == "image" else { return nil }
        for name in ["depth_bfx", "depth"] {
            let folder = up(1) + "/" + name
            let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            let depths = files.filter { $0.lowercased().hasSuffix(".png") }
            guard let depth = depths.contains(stem + ".png") ? stem + ".png" : depths.count == 1 ? depths[0] : nil
            else { continue }
            return sample(
                depth: folder + "/" + depth, .sunRGBD,
                camera: .numbers(path: up(1) + "/intrinsics.txt", line: 0, baselineMetres: nil))
        }
        return nil
    }

    /// iBims-1, `ibims1_core_raw`: 65535 steps are 50 m; both masks are not zero where the depth is valid.
    var ibims: Sample? {
        guard folderNames.first == "rgb" else { return nil }
        var sample = sample(
            depth: up(1) + "/depth/" + stem + ".png", .steps(perMetre: 65535 / 50),
            camera: .numbers(path: up(1) + "/calib/" + stem + ".txt", line: 0, baselineMetres: nil))
        let masks = ["mask_invalid", "mask_transp"].map { up(1) + "/" + $0 + "/" + stem + ".png" }
        sample?.validityMaskPaths = masks.filter { existing([$0]) != nil }
        return sample
    }

    /// Booster: disparities of the left camera, whose photographs under several lights share them.
    var booster: Sample? {
        guard folderNames.first == "camera_00" else { return nil }
        return sample(
            depth: up(1) + "/disp_00.npy", .disparity, camera: .openCV(path: up(1) + "/calib_00-02.xml"))
    }

    /// Middlebury 2014 and 2021: disparities of the left image.
    var middlebury: Sample? {
        guard name == "im0.png" else { return nil }
        return sample(
            depth: folder + "/disp0.pfm", .disparity, camera: .middlebury(path: folder + "/calib.txt"))
    }
}
