/// What a depth file says about its making besides the depths themselves.
package struct DepthMetadata: Sendable, Equatable {
    /// The focal length in pixels that the depths were computed with.
    package var focalLengthPixels: Double
    /// The horizontal field of view in degrees.
    package var horizontalFieldOfViewDegrees: Double
    /// Where the focal length comes from, such as "exif" or "network".
    package var focalSource: String
    /// The model's name.
    package var model: String

    /// Describes one depth map.
    package init(
        focalLengthPixels: Double, horizontalFieldOfViewDegrees: Double, focalSource: String, model: String
    ) {
        self.focalLengthPixels = focalLengthPixels
        self.horizontalFieldOfViewDegrees = horizontalFieldOfViewDegrees
        self.focalSource = focalSource
        self.model = model
    }
}

/// Depth as .npz with the keys that scripts written for Depth Pro's reference expect, and a few more: `depth` (float32,
/// height x width, metres), `focallength_px`, `fov_deg` (float64 scalars), `focal_source`, `model` (text scalars).
package enum DepthNPZ {
    /// Writes the file in one atomic step. Throws `cannotWrite`.
    package static func write(_ depth: DepthImage, _ metadata: DepthMetadata, to path: String) throws(ImagingError) {
        let archive = NPZArchive([
            ("depth", .float32(depth.metres, shape: [depth.height, depth.width])),
            ("focallength_px", .float64(metadata.focalLengthPixels)),
            ("fov_deg", .float64(metadata.horizontalFieldOfViewDegrees)),
            ("focal_source", .string(metadata.focalSource)),
            ("model", .string(metadata.model)),
        ])
        try archive.write(to: path)
    }
}
