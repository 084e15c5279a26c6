import Imaging

/// A kind of file that a depth map can be written as.
public enum DepthFormat: String, Sendable, Hashable, CaseIterable {
    /// numpy's archive: `depth` (float32 metres), `focallength_px`, `fov_deg`, `focal_source`, `model`.
    case npz
    /// A 16-bit grey PNG: depth times a scale, 0 for unknown.
    case png16
    /// A colour picture of inverse depth, near in red and far in blue.
    case color
    /// An OpenEXR image: channel `Z` in float32 metres.
    case exr
    /// A portable float map in metres.
    case pfm
    /// A TIFF of one float32 channel in metres.
    case tiff

    /// What follows the photograph's name.
    public var fileSuffix: String {
        switch self {
        case .npz: ".npz"
        case .png16: ".depth.png"
        case .color: ".color.png"
        case .exr: ".depth.exr"
        case .pfm: ".depth.pfm"
        case .tiff: ".depth.tiff"
        }
    }
}

/// Steps for each metre in a 16-bit PNG.
public struct PNG16Scale: Sendable, Equatable {
    let depthScale: DepthScale

    /// How many steps make a metre.
    public var stepsPerMetre: Double { depthScale.stepsPerMetre }

    /// Millimetres: 1000 steps, up to 65.5 m.
    public static let millimetres = PNG16Scale(depthScale: .millimetres)

    /// Reads `mm` (1000), `kitti` (256), `tum` (5000) or a positive number of steps.
    ///
    /// - Throws: ``FathomError`` for any other text.
    public init(_ text: String) throws(FathomError) {
        guard let scale = DepthScale(text) else {
            throw FathomError(
                .invalidArgument, "'\(text)' is no scale; choose mm, kitti, tum or a number of steps for a metre")
        }
        depthScale = scale
    }

    private init(depthScale: DepthScale) { self.depthScale = depthScale }
}

extension DepthMap {
    /// Writes the map to a file, under a temporary name until it is complete.
    ///
    /// - Returns: how many pixels were too far for the format; always 0 but for ``DepthFormat/png16``.
    /// - Throws: ``FathomError`` when the file cannot be written; nothing is left behind then.
    @discardableResult
    public func write(
        to path: String, as format: DepthFormat, png16Scale: PNG16Scale = .millimetres
    ) throws(FathomError) -> Int {
        try FathomError.wrapping(.cannotWrite) { () throws(ImagingError) in
            // A colour picture and its file, the largest of what is made on the way.
            try PixelMemory.check(byteCount: 8 * metres.count, name: path)
            let depth = try DepthImage(width: width, height: height, metres: metres)
            let metadata = DepthMetadata(
                focalLengthPixels: focalLengthPixels, horizontalFieldOfViewDegrees: horizontalFieldOfViewDegrees,
                focalSource: focalLengthSource.rawValue, model: modelName)
            switch format {
            case .npz:
                try DepthNPZ.write(depth, metadata, to: path)
                return 0
            case .png16:
                return try DepthPNG.write(depth, scale: png16Scale.depthScale, metadata, to: path).saturatedCount
            case .color:
                let picture = try ColorMap.turbo(inverseDepthOf: depth)
                try AtomicFile.write(PNGEncoder.encode(picture), to: path)
                return 0
            case .exr:
                try OpenEXR.write(depth, metadata, to: path)
                return 0
            case .pfm:
                try PFM.write(depth, to: path)
                return 0
            case .tiff:
                try FloatTIFF.write(depth, to: path)
                return 0
            }
        }
    }
}
