import Evaluation
import Foundation
import TestSupport
import Testing

/// What scripts/oracle/evaluation/make_fixtures.py computes with numpy in float64.
@Suite("Figures as numpy computes them")
struct NumpyParityTests {
    struct Case: Decodable, CustomTestStringConvertible {
        let name: String
        let range: [Double]
        let crop: String
        let alignment: String
        let expected: [String: Double]

        var testDescription: String { name }

        func array(_ key: String) throws -> NPYFile {
            try NPYFile(NumpyParityTests.folder.appending(path: "\(name)-\(key).npy"))
        }

        func grid(_ key: String) throws -> DepthGrid {
            let file = try array(key)
            return DepthGrid(width: file.shape[1], height: file.shape[0], metres: file.values.map(Double.init))
        }
    }

    static let folder = Fixture.root.appending(path: "evaluation")

    static let cases: [Case] = {
        let data = try? Data(contentsOf: folder.appending(path: "cases.json"))
        return data.flatMap { try? JSONDecoder().decode([Case].self, from: $0) } ?? []
    }()

    @Test("the fixtures are there")
    func fixtures() { #expect(Self.cases.count == 12, "scripts/test makes them") }

    @Test("every figure to 1e-9", arguments: cases)
    func figures(_ fixture: Case) throws {
        var measurement = DepthMeasurement(range: MetreRange(fixture.range[0], fixture.range[1]))
        measurement.crop = try #require(Crop(rawValue: fixture.crop))
        measurement.alignment = try #require(Alignment(rawValue: fixture.alignment))
        let truth = try fixture.grid("truth")
        let scores = try measurement.scores(prediction: fixture.grid("prediction"), truth: truth)
        for (key, expected) in fixture.expected {
            guard let metric = Metric(rawValue: key), metric != .boundaryRecall else { continue }
            expectSame(scores.values[metric], expected, key)
        }
        #expect(scores.values.count == 10)
        #expect(Double(scores.validPixelCount) == fixture.expected["valid_pixels"])
        #expect(Double(scores.unknownTruthCount) == fixture.expected["unknown_truth"])
        #expect(Double(scores.invalidPredictionCount) == fixture.expected["invalid_predictions"])

        var clean = try fixture.grid("clean").resized(width: truth.width, height: truth.height)
        clean.metres = clean.metres.map { $0.isInfinite ? 1e4 : $0 }
        let recall = try BoundaryRecall.score(
            prediction: clean, isForeground: fixture.array("mask").values.map { $0 / 255 > 0.1 })
        expectSame(recall, try #require(fixture.expected["boundary_recall"]), "boundary_recall")
    }

    private func expectSame(_ actual: Double?, _ expected: Double, _ what: String) {
        let error = abs((actual ?? .nan) - expected)
        #expect(error <= 1e-9 * max(1, abs(expected)), "\(what) is \(actual ?? .nan), expected \(expected)")
    }
}
