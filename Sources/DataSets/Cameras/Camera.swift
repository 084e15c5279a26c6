/// What a data set says of the camera of one photograph.
package struct Camera: Sendable, Equatable {
    /// Horizontal focal length in pixels.
    package var focalLengthPixels: Double
    /// The width of the image that the focal length belongs to; nil for the photograph's own.
    package var imageWidth: Int?
    /// Distance to the second camera of a stereo pair, in metres.
    package var baselineMetres: Double?
    /// What is added to a disparity before depth is computed, in pixels: the distance of the principal points.
    package var disparityOffset = 0.0
    /// What stored depth is multiplied with to be metres.
    package var depthScale: Double?
    /// Whether the scale of the depth is known.
    package var isMetric = true

    /// A camera of which the focal length is known.
    package init(focalLengthPixels: Double) { self.focalLengthPixels = focalLengthPixels }

    /// Whether every number is one that a camera can have.
    var isPossible: Bool {
        let isPositive = { (value: Double) in value > 0 && value < .infinity }
        return isPositive(focalLengthPixels) && imageWidth ?? 1 > 0 && isPositive(baselineMetres ?? 1)
            && disparityOffset.isFinite && isPositive(depthScale ?? 1)
    }
}

/// Where a camera is described, in one of the forms of the data sets.
package enum CameraFile: Sendable, Equatable {
    /// The same camera for all images.
    case fixed(focalLengthPixels: Double, imageWidth: Int)
    /// NAME.json with `fx` and `width` in pixels, and optionally `scale` and `metric`.
    case json(path: String)
    /// Text whose line of that index begins with the focal length: 3 x 3 matrices, or `fx fy cx cy`.
    case numbers(path: String, line: Int, baselineMetres: Double?)
    /// KITTI's calib_cam_to_cam.txt; the key is `P_rect_02` or `P_rect_03`.
    case kitti(path: String, key: String)
    /// Middlebury 2014's calib.txt.
    case middlebury(path: String)
    /// OpenCV's XML with `proj_matL` and `baselineLR` in millimetres (Booster).
    case openCV(path: String)
    /// MPI Sintel's binary .cam.
    case sintel(path: String)
    /// COLMAP's cameras.txt and images.txt in a folder (ETH3D).
    case colmap(folder: String)
}
