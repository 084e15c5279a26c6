import DataSets
import Evaluation
import Imaging

extension DepthEstimator {
    /// The depths of a photograph with the focal lengths that are asked for. The network runs once: depth is proportional
    /// to the focal length.
    func predictions(
        _ photograph: Photograph, _ truth: Truth?, _ options: EvaluationOptions
    ) throws(FathomError) -> [Prediction] {
        let width = Double(photograph.width)
        let known = truth?.focalLengthOverWidth.map { $0 * width }
        if options.focalLength == .known || !estimatesFieldOfView {
            guard let known else {
                throw FathomError(
                    .unreadableImage, "the true focal length is not known; give NAME.json with fx and width")
            }
            let map = try estimate(photograph, focalLength: .pixels(known))
            return [Prediction(method: "true focal length", depth: DepthGrid(map))]
        }
        // What the file's EXIF data say is neither the network's estimate nor the data set's truth.
        let map = try estimate(try photograph.withoutFocalLength())
        let estimatedOverWidth = map.focalLengthPixels / width
        var predictions: [Prediction] = []
        if let known, options.focalLength == .both {
            let factor = known / map.focalLengthPixels
            predictions.append(
                Prediction(
                    method: "true focal length", depth: DepthGrid(map, times: factor),
                    estimatedFocalOverWidth: estimatedOverWidth))
        }
        predictions.append(
            Prediction(
                method: "estimated focal length", depth: DepthGrid(map), estimatedFocalOverWidth: estimatedOverWidth))
        return predictions
    }
}

extension Photograph {
    fileprivate func withoutFocalLength() throws(FathomError) -> Photograph {
        try Photograph(width: width, height: height, pixels: pixels)
    }

    /// The part that KITTI's benchmark uses.
    func cutToKITTIBenchmark(_ path: String) throws(FathomError) -> Photograph {
        guard let part = PixelRectangle.kittiBenchmark(width: width, height: height) else {
            throw FathomError(.unreadableImage, "\(path): is smaller than the 1216 x 352 pixels of KITTI's benchmark")
        }
        let rows = part.rows.map { row in
            pixels[3 * (row * width + part.columns.lowerBound)..<3 * (row * width + part.columns.upperBound)]
        }
        return try Photograph(width: part.columns.count, height: part.rows.count, pixels: Array(rows.joined()))
    }
}

extension DepthGrid {
    /// The map times a factor, within the limits of Depth Pro's output.
    fileprivate init(_ map: DepthMap, times factor: Double = 1) {
        let metres = map.metres.map { min(max(Double($0) * factor, 1e-4), 1e4) }
        self.init(width: map.width, height: map.height, metres: metres)
    }
}
