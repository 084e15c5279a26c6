import Evaluation
import Foundation
import Testing

@Suite("Boundary metrics")
struct BoundaryTests {
    /// A disc at 2 m before a wall at 5 m, and a prediction that waves by a tenth.
    private static let truth = DepthGrid(width: 16, height: 12) { row, column in
        (column - 8) * (column - 8) + (row - 6) * (row - 6) < 16 ? 2 : 5
    }
    private static let prediction = DepthGrid(width: 16, height: 12) { row, column in
        truth[row, column] * (1 + 0.1 * sin(0.7 * Double(column) + 0.3 * Double(row)))
    }
    private static let constant = DepthGrid(width: 16, height: 12) { _, _ in 3 }
    private static let isForeground = truth.metres.map { $0 < 3 }

    @Test("weights are the thresholds over their sum")
    func weights() {
        #expect(BoundaryF1.thresholds.count == 10 && BoundaryF1.thresholds.first == 1.05)
        #expect(BoundaryF1.thresholds.last == 1.25)
        #expect(abs(BoundaryF1.weights[0] - 0.0913043478) < 1e-9 && abs(BoundaryF1.weights[9] - 0.1086956522) < 1e-9)
        #expect(abs(BoundaryF1.weights.reduce(0, +) - 1) < 1e-12)
    }

    @Test("Apple's code on the test vector", arguments: [1.0, 3.0])
    func appleF1(scale: Double) {
        var prediction = Self.prediction
        prediction.metres = prediction.metres.map { $0 * scale }
        #expect(abs(BoundaryF1.score(prediction: prediction, truth: Self.truth) - 0.9750264703587709) < 1e-12)
        let first = BoundaryF1.scores(prediction: prediction, truth: Self.truth, threshold: 0)
        #expect(abs(first.precision - 0.570450885668277) < 1e-12 && first.recall == 1)
        #expect(abs(first.f1 - 0.726480389643681) < 1e-12)
    }

    @Test("in float32 the test vector scores the same")
    func appleFloat32() {
        var (prediction, truth) = (Self.prediction, Self.truth)
        prediction.metres = prediction.metres.map { Double(Float($0)) }
        truth.metres = truth.metres.map { Double(Float($0)) }
        #expect(abs(BoundaryF1.score(prediction: prediction, truth: truth) - 0.9750264703587709) < 1e-12)
    }

    @Test("Apple's recall on the test vector, and a map without boundaries")
    func recall() {
        #expect(abs(BoundaryRecall.score(prediction: Self.prediction, isForeground: Self.isForeground) - 1) < 1e-12)
        #expect(BoundaryRecall.score(prediction: Self.constant, isForeground: Self.isForeground) == 0)
        #expect(BoundaryF1.score(prediction: Self.constant, truth: Self.truth) == 0)
        #expect(BoundaryF1.score(prediction: Self.constant, truth: Self.constant) == 0)
        #expect(abs(BoundaryF1.score(prediction: Self.truth, truth: Self.truth) - 1) < 1e-12)
    }

    @Test("a boundary blurred over two pixels is found once, where it is strongest")
    func thinning() {
        let blurred = DepthGrid(width: 6, height: 1, metres: [4, 4, 3, 2, 2, 2])
        let late = [false, false, false, true, true, true]
        let early = [false, false, true, true, true, true]
        // 4/3 < 3/2: the run's strongest lies between columns 2 and 3. The other directions have no boundary at all.
        #expect(abs(BoundaryRecall.score(prediction: blurred, isForeground: late) - 0.25) < 1e-12)
        #expect(BoundaryRecall.score(prediction: blurred, isForeground: early) == 0)
    }

    @Test("an unknown depth is no boundary, in either map")
    func unknown() {
        var (prediction, truth) = (Self.truth, Self.truth)
        prediction.metres = prediction.metres.map { _ in .nan }
        #expect(BoundaryF1.score(prediction: prediction, truth: truth) == 0)
        truth.metres = prediction.metres
        #expect(BoundaryF1.score(prediction: Self.truth, truth: truth) == 0)
        #expect(BoundaryRecall.score(prediction: prediction, isForeground: Self.isForeground) == 0)
    }
}

extension DepthGrid {
    /// A map of what a function gives for each row and column.
    init(width: Int, height: Int, _ metres: (Int, Int) -> Double) {
        let values = (0..<height).flatMap { row in (0..<width).map { column in metres(row, column) } }
        self.init(width: width, height: height, metres: values)
    }
}
