import Foundation

extension CameraFile {
    /// `cam0=[f 0 cx; 0 f cy; 0 0 1]`, `doffs=` pixels and `baseline=` millimetres.
    static func middlebury(_ text: String, _ path: String) throws(DataSetError) -> Camera {
        var fields: [Substring: Substring] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            guard let equals = line.firstIndex(of: "=") else { continue }
            fields[line[..<equals]] = line[line.index(after: equals)...]
        }
        var camera = try camera(fields["cam0"].flatMap { values($0).first }, path)
        guard let baseline = fields["baseline"].flatMap({ values($0).first }), baseline > 0 else {
            throw DataSetError(path, "gives no baseline")
        }
        camera.baselineMetres = baseline / 1000
        camera.disparityOffset = fields["doffs"].flatMap { values($0).first } ?? 0
        camera.imageWidth = fields["width"].flatMap { values($0).first }.flatMap { Int(exactly: $0) }
        return camera
    }

    /// OpenCV's FileStorage: `<proj_matL ...> ... <data> fx 0 cx ...</data>` and `<baselineLR>` millimetres.
    static func openCV(_ text: String, _ path: String) throws(DataSetError) -> Camera {
        let matrix = element("proj_matL", in: text[...]).flatMap { element("data", in: $0) }
        var camera = try camera(matrix.flatMap { values($0).first }, path)
        guard let baseline = element("baselineLR", in: text[...]).flatMap({ values($0).first }), baseline > 0 else {
            throw DataSetError(path, "gives no baselineLR")
        }
        camera.baselineMetres = baseline / 1000
        return camera
    }

    /// What stands between an element's tags.
    private static func element(_ name: String, in text: Substring) -> Substring? {
        guard let open = text.firstRange(of: "<" + name), let end = text[open.upperBound...].firstIndex(of: ">"),
            let close = text[end...].firstRange(of: "</" + name + ">")
        else { return nil }
        return text[text.index(after: end)..<close.lowerBound]
    }

    /// The float 202021.25, then the intrinsic matrix as nine float64, rows first (`sintel_io.py`).
    static func sintel(_ path: String) throws -> Camera? {
        guard let bytes = try bytes(path) else { return nil }
        guard bytes.count >= 12, Float(bitPattern: integer(bytes, 0)) == 202021.25 else {
            throw DataSetError(path, "does not begin as a .cam file")
        }
        return try camera(Double(bitPattern: integer(bytes, 4)), path)
    }

    /// A little-endian integer that lies within the bytes.
    private static func integer<Value: FixedWidthInteger & UnsignedInteger>(_ bytes: [UInt8], _ offset: Int) -> Value {
        bytes[offset..<offset + Value.bitWidth / 8].reversed().reduce(0) { $0 << 8 | Value($1) }
    }

    /// COLMAP: images.txt has `ID QW QX QY QZ TX TY TZ CAMERA NAME` and cameras.txt `CAMERA MODEL WIDTH HEIGHT FX ...`.
    static func colmap(_ folder: String, _ photographPath: String?) throws -> Camera? {
        let (imagesPath, camerasPath) = (folder + "/images.txt", folder + "/cameras.txt")
        guard let images = try text(imagesPath), let cameras = try text(camerasPath) else { return nil }
        let name = ((photographPath ?? "") as NSString).lastPathComponent
        let lines = { (text: String) in
            text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ") }
        }
        let image = lines(images).first { words in
            words.count == 10 && (String(words[9]) as NSString).lastPathComponent == name
        }
        guard let image else { throw DataSetError(imagesPath, "does not name \(name)") }
        guard let line = lines(cameras).first(where: { $0.first == image[8] }), line.count >= 5 else {
            throw DataSetError(camerasPath, "has no camera \(image[8])")
        }
        var camera = try camera(Double(line[4]), camerasPath)
        camera.imageWidth = Int(line[2])
        return camera
    }
}
