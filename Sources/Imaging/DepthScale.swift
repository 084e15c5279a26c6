/// How many steps of a 16-bit depth image make a metre.
package enum DepthScale: Sendable, Equatable {
    /// 1000: ROS, ScanNet, Kinect, nerfstudio; reaches 65.535 m.
    case millimetres
    /// 256: KITTI, VOID; reaches 255.996 m.
    case kitti
    /// 5000: TUM RGB-D; reaches 13.107 m.
    case tum
    /// Any other positive number; made by `init(_:)`, which checks it.
    case custom(Double)

    /// Reads "mm", "kitti", "tum" or a positive number; nil for anything else.
    package init?(_ text: String) {
        switch text.lowercased() {
        case "mm": self = .millimetres
        case "kitti": self = .kitti
        case "tum": self = .tum
        default:
            guard let number = Double(text), number.isFinite, number > 0 else { return nil }
            self = .custom(number)
        }
    }

    /// Steps per metre.
    package var stepsPerMetre: Double {
        switch self {
        case .millimetres: 1000
        case .kitti: 256
        case .tum: 5000
        case .custom(let steps): steps
        }
    }

    /// The farthest depth that can be told from a saturated one, in metres.
    package var farthestMetres: Double { 65535 / stepsPerMetre }
}
