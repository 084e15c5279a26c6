import Evaluation
import Imaging

/// What the numbers of a depth file mean.
package enum DepthEncoding: Sendable, Equatable {
    /// Metres; infinity is sky. 16-bit PNGs are divided by the given steps per metre, else by those that they state, else
    /// multiplied by the camera file's `scale`.
    case metres(stepsPerMetre: Double?)
    /// Steps of which so many make a metre; 0 is unknown.
    case steps(perMetre: Double)
    /// SUN RGB-D's 16-bit millimetres, rotated left by three bits; 0 is unknown, what lies beyond 8 m is 8 m, as its
    /// toolbox reads it.
    case sunRGBD
    /// Disparity in pixels of a rectified stereo pair, whose camera file tells the rest; infinite is unknown.
    case disparity
    /// float32 metres without a header, as large as the photograph; infinite is unknown (ETH3D).
    case rawMetres

    /// The map in metres.
    ///
    /// - Parameters:
    ///   - content: the file as it was read.
    ///   - camera: needed for disparities.
    ///   - path: the file, for messages.
    /// - Returns: metres; NaN or what is not positive where the depth is unknown.
    /// - Throws: when a scale or a baseline is not known.
    func metres(_ content: DepthFileContent, camera: Camera?, path: String) throws(DataSetError) -> DepthGrid {
        switch self {
        case .metres(let stepsPerMetre):
            guard content.isSteps else { return grid(content.map) { Double($0) } }
            guard let steps = stepsPerMetre ?? content.stepsPerMetre ?? camera?.depthScale.map({ _ in 1 }) else {
                throw DataSetError(path, "does not state the scale of its 16-bit steps; give it")
            }
            guard steps > 0, steps < .infinity else {
                throw DataSetError(path, "states \(steps) steps per metre, which is no scale; give the right one")
            }
            return grid(content.map) { Double($0) / steps }
        case .steps(let perMetre): return grid(content.map) { Double($0) / perMetre }
        case .sunRGBD: return grid(content.map) { Self.sunMetres(UInt16(clamping: Int($0))) }
        case .rawMetres: return grid(content.map) { $0.isFinite ? Double($0) : .nan }
        case .disparity:
            guard let camera, let baseline = camera.baselineMetres else {
                throw DataSetError(path, "holds disparity, but no camera file tells its baseline")
            }
            let product = baseline * camera.focalLengthPixels
            let offset = camera.disparityOffset
            return grid(content.map) { $0 > 0 && $0.isFinite ? product / (Double($0) + offset) : .nan }
        }
    }

    private func grid(_ map: NumberMap, _ metres: (Float) -> Double) -> DepthGrid {
        DepthGrid(width: map.width, height: map.height, metres: map.values.map(metres))
    }

    private static func sunMetres(_ stored: UInt16) -> Double {
        let millimetres = stored >> 3 | stored << 13
        return min(Double(millimetres) / 1000, 8)
    }
}
