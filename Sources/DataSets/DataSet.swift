package import Evaluation

/// A data set that monocular depth is measured on: its folders, encodings, range and crop. What each is is told in
/// docs/evaluation.md.
package enum DataSet: String, Sendable, Hashable, CaseIterable {
    case nyuv2
    case kittiEigen = "kitti-eigen"
    case void
    case booster
    case eth3d
    case middlebury
    case nuscenes
    case sintel
    case sunrgbd
    case ibims
    case spring

    /// The depths that count: those of Depth Pro's evaluation (arXiv 2410.02073, Table 18), and of RSA's for NYUv2, KITTI
    /// and VOID. Spring is measured by its boundaries alone in the paper; its range only keeps the sky out.
    package var range: MetreRange {
        switch self {
        case .nyuv2: MetreRange(1e-3, 10)
        case .kittiEigen: MetreRange(1e-3, 80)
        case .void: MetreRange(0.2, 5)
        case .booster, .middlebury, .sunrgbd: MetreRange(1e-3, 10)
        case .eth3d: MetreRange(0.1, 200)
        case .nuscenes: MetreRange(1e-3, 80)
        case .sintel: MetreRange(0.01, 80)
        case .ibims: MetreRange(0.1, 10)
        case .spring: MetreRange(0.01, 200)
        }
    }

    /// The part of an image that counts.
    package var crop: Crop { self == .kittiEigen ? .garg : .none }

    /// Whether the truth is dense enough to have boundaries: points of a laser scanner are not.
    package var hasBoundaries: Bool {
        switch self {
        case .kittiEigen, .nuscenes, .eth3d: false
        case .nyuv2, .void, .booster, .middlebury, .sintel, .sunrgbd, .ibims, .spring: true
        }
    }

    /// The files that make a sample, for messages.
    package var layout: String {
        switch self {
        case .nyuv2: "SCENE/rgb_NUMBER.jpg with SCENE/sync_depth_NUMBER.png"
        case .kittiEigen:
            "DATE/DRIVE/image_02/data/NUMBER.png with DRIVE/proj_depth/groundtruth/image_02/NUMBER.png"
        case .void: "SEQUENCE/image/TIME.png with SEQUENCE/ground_truth/TIME.png"
        case .booster: "SCENE/camera_00/NAME.png with SCENE/disp_00.npy and SCENE/calib_00-02.xml"
        case .eth3d: "SCENE/images/dslr_images/NAME.JPG with SCENE/ground_truth_depth/dslr_images/NAME.JPG"
        case .middlebury: "SCENE/im0.png with SCENE/disp0.pfm and SCENE/calib.txt"
        case .nuscenes: "NAME.jpg with NAME_depth.png (256 steps a metre) and NAME.json, as exported"
        case .sintel: "final/SCENE/frame_NUMBER.png with depth/SCENE/frame_NUMBER.dpt"
        case .sunrgbd: "SAMPLE/image/NAME.jpg with SAMPLE/depth_bfx/NAME.png and SAMPLE/intrinsics.txt"
        case .ibims: "rgb/NAME.png with depth/NAME.png"
        case .spring: "SCENE/frame_left/frame_left_NUMBER.png with SCENE/disp1_left/disp1_left_NUMBER.npy, as exported"
        }
    }
}
