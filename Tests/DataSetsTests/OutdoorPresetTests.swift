import DataSets
import Evaluation
import Foundation
import Imaging
import TestSupport
import Testing

@Suite("Presets: streets, films and scans")
struct OutdoorPresetTests {
    private static let drive = "2011_09_26_drive_0002_sync"

    /// One KITTI photograph of 1242 x 375 pixels; its depth is 256 steps a metre, the row's number plus one in metres.
    private func kitti(depthBelow folder: String) throws -> Miniature {
        let data = try Miniature()
        let pixels = [UInt8](repeating: 90, count: 1242 * 375 * 3)
        let image = try PixelImage(width: 1242, height: 375, pixels: pixels)
        let drive = "2011_09_26/" + Self.drive
        try data.folder.write(Data(PNGEncoder.encode(image)), drive + "/image_02/data/0000000069.png")
        try data.text("2011_09_26/calib_cam_to_cam.txt", "P_rect_02: 7.215377e+02 0 609.5 44.8 0 721.5 172.8\n")
        let name = folder + Self.drive + "/proj_depth/groundtruth/image_02/0000000069.png"
        try data.folder.write(Data(), name)
        let metres = (0..<375).flatMap { row in [Float](repeating: Float(row + 1) / 8, count: 1242) }
        let metadata = DepthMetadata(
            focalLengthPixels: 1, horizontalFieldOfViewDegrees: 1, focalSource: "", model: "")
        try DepthPNG.write(
            DepthImage(width: 1242, height: 375, metres: metres), scale: .kitti, metadata, to: data.folder.file(name))
        return data
    }

    @Test(
        "KITTI Eigen: cut to the benchmark's part, Garg's crop", arguments: ["", "val/", "data_depth_annotated/train/"])
    func kittiEigen(folder: String) throws {
        let data = try kitti(depthBelow: folder)
        let key = "2011_09_26/\(Self.drive)/image_02/data/0000000069"
        let sample = try onlySample(.kittiEigen, data, key: key)
        #expect(sample.otherKeys == ["\(Self.drive)/proj_depth/groundtruth/image_02/0000000069"])
        let truth = try sample.truth()
        #expect(truth.depth.width == 1216 && truth.depth.height == 352 && truth.wholeSize == (1242, 375))
        #expect(truth.depth.metres[0] == 3)  // row 23
        expectClose(truth.focalLengthOverWidth, 721.5377 / 1216)
        #expect(DataSet.kittiEigen.crop == .garg && !DataSet.kittiEigen.hasBoundaries)
    }

    @Test("a list of the split, BTS's or plain, with images that have no depth")
    func list() throws {
        let data = try kitti(depthBelow: "")
        let image = "2011_09_26/\(Self.drive)/image_02/data/"
        try data.text(
            "list.txt", "\(image)0000000069.png depth.png 721.5377\n\(image)0000000070.png None 721.5377\n")
        let samples = DataSet.kittiEigen.samples(in: data.path).samples
        let selected = try SampleList(path: data.folder.file("list.txt")).select(samples, from: "list.txt")
        #expect(selected.samples.count == 1 && selected.failures.isEmpty)
        try data.text("more.txt", "/\(image)0000000069.png\nnowhere/0000000071.png\n")
        let more = try SampleList(path: data.folder.file("more.txt")).select(samples, from: "more.txt")
        #expect(more.samples.count == 1 && more.failures.count == 1)
        #expect("\(more.failures[0])".contains("0000000071"))
    }

    @Test("ETH3D: plain floats of the photograph's size, COLMAP's cameras")
    func eth3d() throws {
        let data = try Miniature()
        try data.photograph("office/images/dslr_images/DSC_0219.JPG")
        let floats = data.floats { $0 == 0 ? .infinity : Float($0) }
        try data.folder.write(Data(floats), "office/ground_truth_depth/dslr_images/DSC_0219.JPG")
        try data.text(
            "office/dslr_calibration_jpg/cameras.txt",
            "# cameras\n0 THIN_PRISM_FISHEYE 6048 4032 3411.42 3410.02 3041.29 2014.07 0.2 -0.1\n")
        try data.text(
            "office/dslr_calibration_jpg/images.txt",
            "# images\n1 1 0 0 0 0 0 0 0 dslr_images/DSC_0219.JPG\n10.5 11.5 -1\n")
        let sample = try onlySample(.eth3d, data, key: "office/images/dslr_images/DSC_0219")
        let truth = try sample.truth()
        #expect(truth.depth.metres[0].isNaN && truth.depth.metres[7] == 7)
        expectClose(truth.focalLengthOverWidth, 3411.42 / 6048)
        try data.folder.write(Data(floats.dropLast(4)), "office/ground_truth_depth/dslr_images/DSC_0219.JPG")
        #expect(throws: ImagingError.self) { try sample.truth() }
    }

    @Test("nuScenes as it is exported")
    func nuScenes() throws {
        let data = try Miniature()
        try data.photograph("CAM_FRONT/n015.jpg")
        try data.png16("CAM_FRONT/n015_depth.png") { $0 % 9 == 0 ? 512 : 0 }
        try data.text("CAM_FRONT/n015.json", "{\"fx\": 1266.4, \"width\": 1600}")
        let truth = try onlySample(.nuscenes, data, key: "CAM_FRONT/n015").truth()
        #expect(truth.depth.metres[0] == 2 && !DepthGrid.isKnown(truth.depth.metres[1]))
        expectClose(truth.focalLengthOverWidth, 1266.4 / 1600)
    }

    @Test("Sintel: .dpt and .cam, the final pass only")
    func sintel() throws {
        let data = try Miniature()
        for pass in ["clean", "final"] { try data.photograph("training/\(pass)/alley_1/frame_0001.png") }
        let tag = data.little(Float(202021.25).bitPattern)
        try data.folder.write(
            Data(tag + data.little(Int32(48)) + data.little(Int32(32)) + data.floats { Float($0 + 1) }),
            "training/depth/alley_1/frame_0001.dpt")
        let matrix = [36.0, 0, 24, 0, 36, 16, 0, 0, 1].flatMap { data.little($0.bitPattern) }
        try data.folder.write(
            Data(tag + matrix + [UInt8](repeating: 0, count: 96)), "training/camdata_left/alley_1/frame_0001.cam")
        let truth = try onlySample(.sintel, data, key: "training/final/alley_1/frame_0001").truth()
        #expect(truth.depth.metres[9] == 10)
        expectClose(truth.focalLengthOverWidth, 0.75)
    }

    @Test("Spring: exported disparities, the camera of the frame; HDF5 is told about")
    func spring() throws {
        let data = try Miniature()
        for frame in ["0001", "0002"] { try data.photograph("train/0001/frame_left/frame_left_\(frame).png") }
        try data.text("train/0001/cam_data/intrinsics.txt", "96 96 24 16\n48 48 24 16\n")
        try data.npy("train/0001/disp1_left/disp1_left_0002.npy") { $0 == 0 ? .nan : 0.5 }
        let truth = try onlySample(.spring, data, key: "train/0001/frame_left/frame_left_0002").truth()
        expectClose(truth.depth.metres[1], 48 * 0.065 / 0.5)
        #expect(truth.depth.metres[0].isNaN)
        expectClose(truth.focalLengthOverWidth, 1)
        try data.text("train/0001/disp1_left/disp1_left_0001.dsp5", "HDF")
        let failures = DataSet.spring.samples(in: data.path).failures
        #expect(failures.count == 1 && "\(failures[0])".contains("export"))
    }

    @Test("every preset finds nothing in an empty folder, and says what it looks for", arguments: DataSet.allCases)
    func empty(_ dataSet: DataSet) throws {
        let data = try Miniature()
        #expect(dataSet.samples(in: data.path).samples.isEmpty)
        #expect(dataSet.layout.contains(" with "))
    }
}
