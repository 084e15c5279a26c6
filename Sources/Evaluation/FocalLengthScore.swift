import Foundation

/// How far an estimated focal length is from the true one, in pixels of the same image (Depth Pro, Table 3).
package struct FocalLengthScore: Sendable, Equatable {
    /// |estimated - true| / true of the focal length.
    package let relativeError: Double
    /// |estimated - true| / true of the horizontal field of view.
    package let relativeFieldOfViewError: Double

    /// Compares two focal lengths in pixels, both positive, of an image of that width.
    package init(estimatedPixels: Double, truePixels: Double, imageWidth: Int) {
        relativeError = abs(estimatedPixels - truePixels) / truePixels
        let degrees = { (pixels: Double) in 2 * atan(0.5 * Double(imageWidth) / pixels) * 180 / .pi }
        relativeFieldOfViewError = abs(degrees(estimatedPixels) - degrees(truePixels)) / degrees(truePixels)
    }

    /// Whether the focal length is off by less than a quarter.
    package var isWithin25: Bool { relativeError < 0.25 }
    /// Whether the focal length is off by less than a half.
    package var isWithin50: Bool { relativeError < 0.5 }
    /// Whether the field of view is off by less than a quarter.
    package var isFieldOfViewWithin25: Bool { relativeFieldOfViewError < 0.25 }
}
