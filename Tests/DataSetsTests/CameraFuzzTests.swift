import DataSets
import Foundation
import Imaging
import TestSupport
import Testing

/// Damages sound camera files in seeded ways: each mutant must be refused with an error or give a focal length that can
/// be one; none may crash.
@Suite("Fuzzed camera files", .serialized)
struct CameraFuzzTests {
    struct Form: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let file: String
        let text: String
        let camera: @Sendable (String) -> CameraFile
    }

    static let forms = [
        Form(testDescription: "JSON", file: "a.json", text: "{\"fx\": 24.5, \"width\": 48, \"scale\": 1.5}") {
            .json(path: $0 + "/a.json")
        },
        Form(testDescription: "matrix", file: "K.txt", text: "24.0 0.0 16.0\n0.0 25.0 16.0\n0.0 0.0 1.0\n") {
            .numbers(path: $0 + "/K.txt", line: 1, baselineMetres: 0.1)
        },
        Form(testDescription: "KITTI", file: "c.txt", text: "S_02: 1 2\nP_rect_02: 7.215377e+02 0 609.5\n") {
            .kitti(path: $0 + "/c.txt", key: "P_rect_02")
        },
        Form(
            testDescription: "Middlebury", file: "calib.txt",
            text: "cam0=[4161.2 0 1445.5; 0 4161.2 984.7; 0 0 1]\ndoffs=209.059\nbaseline=176.252\nwidth=2880\n"
        ) { .middlebury(path: $0 + "/calib.txt") },
        Form(
            testDescription: "OpenCV", file: "c.xml",
            text:
                "<proj_matL type_id=\"m\"><rows>3</rows><data>\n24. 0. 20.</data></proj_matL><baselineLR>50.</baselineLR>"
        ) { .openCV(path: $0 + "/c.xml") },
        Form(
            testDescription: "COLMAP", file: "cameras.txt",
            text: "# cameras\n0 PINHOLE 6048 4032 3411.42 3410.02 3041 2014\n"
        ) { .colmap(folder: $0) },
    ]

    @Test("five hundred mutants", arguments: forms)
    func text(_ form: Form) throws { try fuzz(form.file, Array(form.text.utf8), form.camera) }

    @Test("five hundred mutants of Sintel's")
    func sintel() throws {
        let data = try Miniature()
        let matrix = [36.0, 0, 24, 0, 36, 16, 0, 0, 1].flatMap { data.little($0.bitPattern) }
        try fuzz("a.cam", data.little(Float(202021.25).bitPattern) + matrix) { .sintel(path: $0 + "/a.cam") }
    }

    private func fuzz(_ file: String, _ original: [UInt8], _ camera: (String) -> CameraFile) throws {
        let data = try Miniature()
        try data.photograph("a.jpg")
        try data.npy("a.npy") { _ in 1 }
        try data.text("images.txt", "1 1 0 0 0 0 0 0 0 a.jpg\n")
        var sample = Sample(
            key: "a", photographPath: data.folder.file("a.jpg"), depthPath: data.folder.file("a.npy"),
            encoding: .disparity)
        sample.camera = camera(data.path)
        switch camera(data.path) {
        case .numbers, .middlebury, .openCV: break
        case .fixed, .json, .kitti, .sintel, .colmap: sample.encoding = .metres(stepsPerMetre: nil)
        }
        var generator = TestSupport.SeededGenerator(seed: UInt64(original.count))
        var (cameras, errors) = (0, 0)
        for _ in 0..<500 {
            try data.folder.write(Data(Mutation.mutate(original, &generator)), file)
            do {
                let focal = try #require(try sample.truth().focalLengthOverWidth)
                #expect(focal > 0 && focal < .infinity)
                cameras += 1
            } catch {
                errors += 1
            }
        }
        #expect(cameras > 0 && errors > 0, "\(cameras) cameras, \(errors) errors")
    }
}
