import Evaluation
import Testing

@Suite("What counts, and how it is counted")
struct MeasurementTests {
    private func row(_ metres: Double...) -> DepthGrid {
        DepthGrid(width: metres.count, height: 1, metres: metres)
    }

    @Test("both ends of the range, unknown depths and sky do not count")
    func validity() throws {
        let truth = row(0.1, 0.2, 80, 79, .infinity, .nan, 0, -3)
        let prediction = row(9, 0.2, 9, 79, 9, 9, 9, 9)
        let scores = try DepthMeasurement(range: MetreRange(0.1, 80)).scores(prediction: prediction, truth: truth)
        #expect(scores.validPixelCount == 2 && scores.outOfRangeCount == 3 && scores.unknownTruthCount == 3)
        #expect(scores.values[.delta1] == 1 && scores.values[.absRel] == 0 && scores.resizedFrom == nil)
    }

    @Test("NaN counts as the nearest depth, infinities as the farthest, and all are told")
    func invalidPredictions() throws {
        let truth = row(2, 2, 2, 2, 2)
        let prediction = row(.nan, .infinity, -.infinity, 0, 2)
        let scores = try DepthMeasurement(range: MetreRange(1, 4)).scores(prediction: prediction, truth: truth)
        #expect(scores.invalidPredictionCount == 4)
        #expect(scores.values[.absRel] == (0.5 + 1 + 1 + 0.5) / 5)
    }

    @Test("thresholds of delta are strict")
    func strict() throws {
        let truth = row(1, 1, 1, 1)
        let prediction = row(1.25, 1.5625, 1.953125, 1)
        let values = try DepthMeasurement(range: MetreRange(0.1, 10)).scores(prediction: prediction, truth: truth)
            .values
        #expect(values[.delta1] == 0.25 && values[.delta2] == 0.5 && values[.delta3] == 0.75)
    }

    @Test("nothing to measure is an error, not a score")
    func nothing() {
        let measurement = DepthMeasurement(range: MetreRange(0.1, 10))
        #expect(throws: DepthMeasurement.Failure.noValidPixels) {
            try measurement.scores(prediction: row(1, 2), truth: row(.nan, 20))
        }
        var aligned = measurement
        aligned.alignment = .median
        #expect(throws: DepthMeasurement.Failure.nothingToAlign) {
            try aligned.scores(prediction: row(.nan, 0), truth: row(1, 2))
        }
        var cropped = measurement
        cropped.crop = .eigenNYU
        #expect(throws: DepthMeasurement.Failure.crop(.eigenNYU, width: 2, height: 1)) {
            try cropped.scores(prediction: row(1, 2), truth: row(1, 2))
        }
    }

    @Test("alignment brings a scaled prediction home, and one scaled and shifted in inverse depth")
    func alignment() throws {
        let truth = row(1, 2, 4, 8)
        var measurement = DepthMeasurement(range: MetreRange(0.1, 10))
        measurement.alignment = .median
        let scaled = row(3, 6, 12, 24)
        #expect(abs(try measurement.scores(prediction: scaled, truth: truth).values[.absRel] ?? 1) < 1e-12)
        measurement.alignment = .leastSquares
        measurement.predictionKind = .inverseDepth
        let relative = row(0.5 + 0.3 * 1, 0.5 + 0.3 * 0.5, 0.5 + 0.3 * 0.25, 0.5 + 0.3 * 0.125)
        #expect(abs(try measurement.scores(prediction: relative, truth: truth).values[.absRel] ?? 1) < 1e-12)
        // All alike: the best that a shift alone can do is the mean inverse depth.
        let flat = try measurement.scores(prediction: row(3, 3, 3, 3), truth: truth)
        let metres = 4 / (1 + 0.5 + 0.25 + 0.125)
        let expected = truth.metres.reduce(0) { $0 + abs(metres - $1) / $1 } / 4
        #expect(abs((flat.values[.absRel] ?? 0) - expected) < 1e-12)
    }

    @Test("the published crops on the sizes that they were made for")
    func crops() {
        let garg = Crop.garg.rectangle(width: 1216, height: 352)
        #expect(garg == PixelRectangle(rows: 143..<349, columns: 43..<1172))
        let eigen = Crop.eigenKITTI.rectangle(width: 1242, height: 375)
        #expect(eigen == PixelRectangle(rows: 124..<342, columns: 44..<1197))
        #expect(Crop.eigenNYU.rectangle(width: 640, height: 480)?.rows == 45..<471)
        let benchmark = PixelRectangle.kittiBenchmark(width: 1242, height: 375)
        #expect(benchmark == PixelRectangle(rows: 23..<375, columns: 13..<1229))
        #expect(PixelRectangle.kittiBenchmark(width: 1215, height: 375) == nil)
    }

    @Test("focal lengths and fields of view within a quarter and a half")
    func focalLength() {
        let exact = FocalLengthScore(estimatedPixels: 500, truePixels: 500, imageWidth: 640)
        #expect(exact.relativeError == 0 && exact.isWithin25 && exact.isFieldOfViewWithin25)
        let edge = FocalLengthScore(estimatedPixels: 625, truePixels: 500, imageWidth: 640)
        #expect(!edge.isWithin25 && edge.isWithin50)
        let far = FocalLengthScore(estimatedPixels: 1000, truePixels: 500, imageWidth: 640)
        #expect(!far.isWithin50 && !far.isFieldOfViewWithin25)
    }

    @Test("a mean is over the images that have the figure")
    func means() {
        var (first, second) = (ImageScores(), ImageScores())
        first.values = [.delta1: 0.5, .fovDelta25: 1]
        second.values = [.delta1: 1]
        let mean = MeanScores([first, second])
        #expect(mean.values == [.delta1: 0.75, .fovDelta25: 1])
        #expect(mean.counts == [.delta1: 2, .fovDelta25: 1])
    }
}
