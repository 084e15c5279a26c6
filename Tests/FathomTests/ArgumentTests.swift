import Fathom
import Foundation
import TestSupport
import Testing

@Suite("Arguments that no call can succeed with")
struct ArgumentTests {
    @Test("names of devices, precisions and scales")
    func names() throws {
        #expect(try DeviceChoice("CPU") == .cpu && DeviceChoice("auto") == .auto)
        #expect("\(DeviceChoice.cpu) \(DeviceChoice.auto)" == "cpu auto")
        for text in ["opencl", "opencl:1", "opencl:NVIDIA H100"] { #expect("\(try DeviceChoice(text))" == text) }
        for text in ["gpu", "opencl:", "cpu:0", "auto:", ""] {
            expectFailure(.invalidArgument, "'\(text)'", "auto, cpu, opencl, opencl:NUMBER or opencl:NAME") {
                _ = try DeviceChoice(text)
            }
        }
        #expect(try Precision("F32") == .float32)
        #expect(try Precision("f16") == .float16 && Precision("bf16") == .bfloat16 && Precision("INT8") == .int8)
        expectFailure(.invalidArgument, "'f64'", "f32, f16, bf16 or int8") { _ = try Precision("f64") }
        for (text, steps) in [("mm", 1000), ("kitti", 256), ("tum", 5000), ("123.5", 123.5)] {
            #expect(try PNG16Scale(text).stepsPerMetre == steps)
        }
        for text in ["", "cm", "0", "-1", "nan", "inf", "1e999"] {
            expectFailure(.invalidArgument, "'\(text)'", "mm, kitti, tum") { _ = try PNG16Scale(text) }
        }
    }

    @Test("counts of threads", arguments: [0, -1, 1025, .min, .max])
    func threads(count: Int) {
        var options = DepthEstimator.Options()
        options.threadCount = count
        expectFailure(.invalidArgument, "\(count) threads", "1 to 1024") {
            _ = try DepthEstimator(model: Fixture.mini.folder.path, options: options)
        }
        expectFailure(.invalidArgument, "\(count) threads") {
            _ = try ModelSummary(model: Fixture.mini.folder.path, options: options)
        }
    }

    @Test("micro-batches", arguments: [0, -1, .min])
    func microBatches(count: Int) {
        var options = DepthEstimator.Options()
        options.microBatch = count
        expectFailure(.invalidArgument, "\(count) crops", "at least 1") {
            _ = try DepthEstimator(model: Fixture.mini.folder.path, options: options)
        }
        expectFailure(.invalidArgument, "\(count) crops") {
            _ = try ModelSummary(model: Fixture.mini.folder.path, options: options)
        }
    }

    @Test("a micro-batch larger than there are crops is all of them", arguments: [36, 1000, .max])
    func largeMicroBatch(count: Int) throws {
        var options = DepthEstimator.Options()
        options.microBatch = 35
        let expected = try ModelSummary(model: Fixture.mini.folder.path, options: options)
        options.microBatch = count
        #expect(
            try ModelSummary(model: Fixture.mini.folder.path, options: options).arenaByteCount
                == expected.arenaByteCount)
    }

    @Test("photographs")
    func photographs() throws {
        expectFailure(.invalidArgument, "12 samples", "11") {
            _ = try Photograph(width: 2, height: 2, pixels: [UInt8](repeating: 0, count: 11))
        }
        expectFailure(.unreadableImage, "/nowhere.jpg", "no such file") {
            _ = try Photograph(contentsOf: "/nowhere.jpg")
        }
        expectFailure(.unreadableImage, "upload", "JPEG") {
            _ = try Photograph(encoded: Array("no image".utf8), name: "upload")
        }
        let path = imageFixture("exif.jpg")
        expectFailure(.unreadableImage, path, "48 x 32", "1535", "raise the limit") {
            _ = try Photograph(contentsOf: path, maximumPixelCount: 1535)
        }
        #expect(try Photograph(contentsOf: path, maximumPixelCount: 1536).width == 48)
    }

    @Test("places where no file can be")
    func places() throws {
        let depth = try Fixture.mini.estimator().estimate(Photograph(contentsOf: imageFixture("exif.jpg")))
        for format in DepthFormat.allCases {
            expectFailure(.cannotWrite, "/nowhere/a", "cannot be written") {
                try depth.write(to: "/nowhere/a", as: format)
            }
        }
    }
}
