import DataSets
import Evaluation
import Foundation
import Imaging
import TestSupport
import Testing

@Suite("Presets: rooms and tables")
struct IndoorPresetTests {
    @Test("NYUv2: millimetres, one Kinect")
    func nyu() throws {
        let data = try Miniature()
        try data.photograph("official_splits/test/office/rgb_00008.jpg")
        try data.png16("official_splits/test/office/sync_depth_00008.png") { $0 == 0 ? 0 : UInt16(1000 + $0) }
        try data.photograph("official_splits/test/office/rgb_00009.jpg")  // without depth
        let sample = try onlySample(.nyuv2, data, key: "official_splits/test/office/rgb_00008")
        let truth = try sample.truth()
        #expect(truth.depth.metres[5] == 1.005 && !DepthGrid.isKnown(truth.depth.metres[0]))
        expectClose(truth.focalLengthOverWidth, 518.8579 / 640)
        #expect(DataSet.nyuv2.range == MetreRange(1e-3, 10) && DataSet.nyuv2.crop == .none)
    }

    @Test("VOID: 256 steps a metre, K.txt")
    func void() throws {
        let data = try Miniature()
        try data.photograph("void_1500/data/stairs/image/1552.png")
        try data.png16("void_1500/data/stairs/ground_truth/1552.png") { UInt16(256 + $0) }
        try data.png16("void_1500/data/stairs/sparse_depth/1552.png") { _ in 9 }
        try data.text("void_1500/data/stairs/K.txt", "24.0 0.0 16.0\n0.0 25.0 16.0\n0.0 0.0 1.0\n")
        let truth = try onlySample(.void, data, key: "void_1500/data/stairs/image/1552").truth()
        #expect(truth.depth.metres[128] == 1.5)
        expectClose(truth.focalLengthOverWidth, 0.5)
        #expect(DataSet.void.range == MetreRange(0.2, 5))
    }

    @Test("SUN RGB-D: rotated bits, at most 8 m, the filled depth first")
    func sunRGBD() throws {
        let data = try Miniature()
        let sample = "kv2/kinect2data/000002/"
        try data.photograph(sample + "image/0000103.jpg")
        try data.png16(sample + "depth/0000103.png") { _ in 1 }
        try data.png16(sample + "depth_bfx/0000103-filled.png") { [0, 1500 << 3, 9000 << 3 | 9000 >> 13][min($0, 2)] }
        try data.text(sample + "intrinsics.txt", "529.5 0 365 0 529.5 265 0 0 1 ")
        let truth = try onlySample(.sunrgbd, data, key: sample + "image/0000103").truth()
        #expect(Array(truth.depth.metres.prefix(3)) == [0, 1.5, 8])
        expectClose(truth.focalLengthOverWidth, 529.5 / 48)
    }

    @Test("iBims-1: 65535 steps are 50 m, two masks")
    func ibims() throws {
        let data = try Miniature()
        try data.photograph("ibims1_core_raw/rgb/corridor_01.png")
        try data.png16("ibims1_core_raw/depth/corridor_01.png") { _ in 13107 }
        try data.text("ibims1_core_raw/calib/corridor_01.txt", "559.2,562.7,313.8,238.1")
        try data.png8("ibims1_core_raw/mask_invalid/corridor_01.png") { $0 == 3 ? 0 : 255 }
        try data.png8("ibims1_core_raw/mask_transp/corridor_01.png") { $0 == 4 ? 0 : 1 }
        let truth = try onlySample(.ibims, data, key: "ibims1_core_raw/rgb/corridor_01").truth()
        #expect(truth.depth.metres[0] == 10)
        #expect(truth.depth.metres[3].isNaN && truth.depth.metres[4].isNaN && !truth.depth.metres[5].isNaN)
        expectClose(truth.focalLengthOverWidth, 559.2 / 48)
    }

    @Test("Booster: disparities shared by the photographs of a scene, OpenCV's calibration")
    func booster() throws {
        let data = try Miniature()
        try data.photograph("train/balanced/Bottle/camera_00/im0.png")
        try data.photograph("train/balanced/Bottle/camera_00/im1.png")
        try data.photograph("train/balanced/Bottle/camera_02/im0.png")
        try data.npy("train/balanced/Bottle/disp_00.npy") { $0 == 0 ? 0 : 4 }
        try data.text(
            "train/balanced/Bottle/calib_00-02.xml",
            """
            <?xml version="1.0"?>
            <opencv_storage>
            <proj_matL type_id="opencv-matrix">
              <rows>3</rows><cols>4</cols><dt>d</dt>
              <data>
                24. 0. 20. 0. 0. 24. 16. 0. 0. 0. 1. 0.</data></proj_matL>
            <baselineLR>500.</baselineLR>
            </opencv_storage>
            """)
        let found = DataSet.booster.samples(in: data.path)
        #expect(found.samples.map(\.key) == ["im0", "im1"].map { "train/balanced/Bottle/camera_00/" + $0 })
        let truth = try #require(found.samples.first).truth()
        #expect(truth.depth.metres[0].isNaN && truth.depth.metres[1] == 3)
        expectClose(truth.focalLengthOverWidth, 0.5)
    }

    @Test("Middlebury: disparities with an offset, infinite where unknown")
    func middlebury() throws {
        let data = try Miniature()
        try data.photograph("Adirondack/im0.png")
        try data.photograph("Adirondack/im1.png")
        try data.pfm("Adirondack/disp0.pfm") { $0 == 1 ? .infinity : Float($0) + 10 }
        try data.text(
            "Adirondack/calib.txt",
            "cam0=[4161.2 0 1445.5; 0 4161.2 984.7; 0 0 1]\ncam1=[4161.2 0 1654.6; 0 4161.2 984.7; 0 0 1]\n"
                + "doffs=209.059\nbaseline=176.252\nwidth=2880\nheight=1988\n")
        let truth = try onlySample(.middlebury, data, key: "Adirondack/im0").truth()
        let last = 48 * 31 + 47
        expectClose(truth.depth.metres[0], 0.176252 * 4161.2 / (10 + 209.059))
        #expect(truth.depth.metres[1].isNaN)
        expectClose(truth.depth.metres[last], 0.176252 * 4161.2 / (Double(last + 10) + 209.059))
        expectClose(truth.focalLengthOverWidth, 4161.2 / 2880)
    }
}

/// The one sample of a miniature.
func onlySample(_ dataSet: DataSet, _ data: Miniature, key: String) throws -> Sample {
    let found = dataSet.samples(in: data.path)
    #expect(found.failures.isEmpty)
    #expect(found.samples.map(\.key) == [key])
    return try #require(found.samples.first)
}

func expectClose(_ actual: Double?, _ expected: Double, sourceLocation: SourceLocation = #_sourceLocation) {
    let error = abs((actual ?? .nan) - expected)
    #expect(error <= 1e-6 * abs(expected), "\(actual ?? .nan) for \(expected)", sourceLocation: sourceLocation)
}

extension Miniature {
    /// An 8-bit PNG of grey levels.
    func png8(_ name: String, _ level: (Int) -> UInt8) throws {
        let pixels = (0..<Self.width * Self.height).flatMap { index in [level(index), level(index), level(index)] }
        let image = try PixelImage(width: Self.width, height: Self.height, pixels: pixels)
        try folder.write(Data(PNGEncoder.encode(image)), name)
    }
}
