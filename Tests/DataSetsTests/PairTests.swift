import DataSets
import Evaluation
import Foundation
import Imaging
import TestSupport
import Testing

@Suite("Folders of pairs")
struct PairTests {
    private static let encoding = DepthEncoding.metres(stepsPerMetre: nil)

    @Test("photographs with depth beside them, in every form, and results of earlier runs left alone")
    func beside() throws {
        let data = try Miniature()
        for name in ["a", "b", "deep/c", "d"] { try data.photograph(name + ".jpg") }
        try data.npy("a.npy") { Float($0) }
        try data.pfm("b.pfm") { Float($0) }
        try data.png16("deep/c_depth.png") { UInt16($0) }
        try data.png16("a.color.png") { _ in 3 }
        try data.text("deep/c.json", "{\"fx\": 24, \"width\": 48, \"scale\": 0.5}")
        let found = Pairs.samples(photographs: data.path, encoding: Self.encoding)
        #expect(found.samples.map(\.key) == ["a", "b", "deep/c"])
        #expect(found.failures.count == 1 && "\(found.failures[0])".contains("d.jpg: has no depth file"))
        #expect(try found.samples[1].truth().depth.metres[50] == 50)
        let scaled = try found.samples[2].truth()
        // The file states one step a metre, the camera's scale makes half of it.
        #expect(scaled.depth.metres[50] == 25)
        expectClose(scaled.focalLengthOverWidth, 0.5)
        #expect(try found.samples[0].truth().focalLengthOverWidth == nil)
    }

    @Test("depths behind links")
    func linked() throws {
        let (data, links) = (try Miniature(), try Miniature())
        try data.photograph("a.jpg")
        try data.npy("a.npy") { _ in 2 }
        try FileManager.default.createSymbolicLink(
            atPath: links.folder.file("scene"), withDestinationPath: data.path)
        for path in [links.path, links.folder.file("scene")] {
            let found = Pairs.samples(photographs: path, encoding: Self.encoding)
            #expect(found.samples.count == 1 && found.failures.isEmpty, "\(found.failures)")
            #expect(Pairs.samples(depths: path, encoding: Self.encoding).samples.count == 1)
        }
    }

    @Test("depths in a folder of their own")
    func apart() throws {
        let data = try Miniature()
        try data.photograph("images/a.jpg")
        try data.npy("depths/a.npy") { _ in 2 }
        let found = Pairs.samples(
            photographs: data.folder.file("images"), depths: data.folder.file("depths"), encoding: Self.encoding)
        #expect(found.samples.count == 1 && found.failures.isEmpty)
        #expect(try found.samples[0].truth().depth.metres[0] == 2)
    }

    @Test("of several depths with a name the most exact counts")
    func preference() throws {
        let data = try Miniature()
        try data.png16("a.depth.png") { _ in 1 }
        try data.pfm("a.pfm") { _ in 1 }
        try data.npy("a.npy") { _ in 1 }
        let index = DepthFileIndex(folder: data.path)
        #expect(index.keys == ["a"] && index.paths["a"]?.hasSuffix("a.npy") == true)
        try FileManager.default.removeItem(atPath: data.folder.file("a.npy"))
        try FileManager.default.removeItem(atPath: data.folder.file("a.pfm"))
        try data.png16("a.png") { _ in 1 }
        #expect(DepthFileIndex(folder: data.path).paths["a"]?.hasSuffix("a.depth.png") == true)
    }

    @Test(
        "camera files that cannot be",
        arguments: ["{}", "{\"fx\": -1, \"width\": 48}", "fx", "{\"fx\": 9, \"width\": 0}"])
    func badCamera(text: String) throws {
        let data = try Miniature()
        try data.photograph("a.jpg")
        try data.npy("a.npy") { _ in 1 }
        try data.text("a.json", text)
        let sample = try #require(Pairs.samples(photographs: data.path, encoding: Self.encoding).samples.first)
        #expect {
            try sample.truth()
        } throws: { "\($0)".contains("a.json") }
    }

    @Test("depth of unknown scale is refused")
    func relative() throws {
        let data = try Miniature()
        try data.photograph("a.jpg")
        try data.npy("a.npy") { _ in 1 }
        try data.text("a.json", "{\"fx\": 40, \"width\": 48, \"metric\": false}")
        let sample = try #require(Pairs.samples(photographs: data.path, encoding: Self.encoding).samples.first)
        #expect(throws: DataSetError.self) { try sample.truth() }
    }

    @Test("a folder that is not there")
    func missing() {
        #expect(Pairs.samples(depths: "/nowhere/at/all", encoding: Self.encoding).failures.count == 1)
    }
}
