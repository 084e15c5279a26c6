import Imaging

/// What is known of a camera.
public enum KnownFocalLength: Sendable, Hashable {
    /// In pixels of the upright photograph.
    case pixels(Double)
    /// In millimetres on a 36 mm x 24 mm frame of the same diagonal.
    case equivalent35mm(Double)
    /// The horizontal field of view in degrees.
    case horizontalFieldOfViewDegrees(Double)

    /// The focal length in pixels of a photograph of that size.
    ///
    /// - Throws: ``FathomError`` when the value is not positive and finite, a field of view not under 180 degrees, or
    ///   beyond what depth can be computed with.
    public func pixels(width: Int, height: Int) throws(FathomError) -> Double {
        let (value, limit, words) =
            switch self {
            case .pixels(let value): (value, Double.infinity, "focal length in pixels")
            case .equivalent35mm(let value): (value, Double.infinity, "35 mm equivalent focal length")
            case .horizontalFieldOfViewDegrees(let value): (value, 180.0, "horizontal field of view in degrees")
            }
        let pixels =
            switch self {
            case .pixels: value
            case .equivalent35mm: FocalLength.pixels(equivalent35mm: value, width: width, height: height)
            case .horizontalFieldOfViewDegrees: FocalLength.pixels(horizontalFieldOfViewDegrees: value, width: width)
            }
        // Depth is the inverse depth times this ratio, in float32, before the reciprocal.
        guard value > 0, value < limit, Float(Double(width) / pixels).isNormal else {
            throw FathomError(.invalidArgument, "\(value) cannot be a \(words)")
        }
        return pixels
    }
}

extension KnownFocalLength {
    /// The horizontal field of view in degrees of a focal length in pixels, for a photograph of that width.
    static func fieldOfViewDegrees(pixels: Double, width: Int) -> Double {
        FocalLength.horizontalFieldOfViewDegrees(focalLengthPixels: pixels, width: width)
    }
}

/// Where a focal length came from.
public enum FocalLengthSource: String, Sendable, Hashable, Codable {
    /// The caller gave it.
    case user
    /// The photograph's EXIF data gave its 35 mm equivalent.
    case exif
    /// The network estimated the field of view.
    case network
}
