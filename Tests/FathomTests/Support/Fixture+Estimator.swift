import Fathom
import Foundation
import TestSupport
import Testing

extension Fixture {
    static let mini = Fixture("mini")

    /// An estimator of the case's checkpoint in Hugging Face layout.
    func estimator(_ change: (inout DepthEstimator.Options) -> Void = { _ in }) throws -> DepthEstimator {
        var options = DepthEstimator.Options()
        change(&options)
        return try DepthEstimator(model: folder.path, options: options)
    }

    /// The case's photograph; its PNG file says nothing of the camera.
    func photograph(focalLength35mm: Double? = nil) throws -> Photograph {
        let decoded = try Photograph(contentsOf: path("photo.png"))
        return try Photograph(
            width: decoded.width, height: decoded.height, pixels: decoded.pixels, focalLength35mm: focalLength35mm)
    }

    /// The network's field of view in degrees.
    var fieldOfViewDegrees: Double {
        get throws { Double(try #require(array("field_of_view").values.first)) }
    }
}

/// The file of an image fixture: 48 x 32 pixels, `exif.jpg` with a 35 mm equivalent of 26 mm, `plain.png` without.
func imageFixture(_ name: String) -> String {
    Fixture.packageRoot.appending(path: "Tests/ImagingTests/Fixtures/" + name).path
}

/// Runs `body`, which must throw a ``FathomError`` of that code whose message holds all of `words`.
func expectFailure(
    _ code: FathomError.Code, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
) {
    do {
        try body()
        Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    } catch let error as FathomError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
        for word in words {
            #expect(error.message.contains(word), "'\(word)' in: \(error)", sourceLocation: sourceLocation)
        }
        #expect(!error.message.contains("\n"), "one sentence: \(error)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("\(type(of: error)): \(error)", sourceLocation: sourceLocation)
    }
}

/// The largest |actual - expected| / limit, NaN counting as infinite.
func worstError(_ actual: [Float], _ expected: [Float], limit: (Double) -> Double) -> Double {
    guard actual.count == expected.count else { return .infinity }
    var worst = 0.0
    for (a, e) in zip(actual, expected) {
        let error = abs(Double(a) - Double(e)) / limit(Double(e))
        if !(error <= worst) { worst = error.isNaN ? .infinity : error }
    }
    return worst
}
