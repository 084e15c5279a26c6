import Foundation

/// Focal lengths in pixels of the upright image, and what they are made from. Pixels are square.
package enum FocalLength {
    /// The diagonal of a 36 x 24 mm frame, 43.26661531 mm.
    private static let fullFrameDiagonalMillimetres = (36.0 * 36.0 + 24.0 * 24.0).squareRoot()

    /// Pixels from a 35 mm equivalent in millimetres: both describe the same field of view along the diagonal, as
    /// Depth Pro's reference reads EXIF.
    package static func pixels(equivalent35mm: Double, width: Int, height: Int) -> Double {
        let diagonalPixels = Double(width * width + height * height).squareRoot()
        return equivalent35mm * diagonalPixels / fullFrameDiagonalMillimetres
    }

    /// Pixels from the horizontal field of view in degrees, between 0 and 180.
    package static func pixels(horizontalFieldOfViewDegrees degrees: Double, width: Int) -> Double {
        0.5 * Double(width) / tan(0.5 * degrees * .pi / 180)
    }

    /// The horizontal field of view in degrees that a focal length in pixels sees.
    package static func horizontalFieldOfViewDegrees(focalLengthPixels: Double, width: Int) -> Double {
        2 * atan(0.5 * Double(width) / focalLengthPixels) * 180 / .pi
    }
}
