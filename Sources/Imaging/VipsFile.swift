import CVips

/// One image opened through libvips: its header is read, its pixels not yet. Closed when the value goes away.
struct VipsFile: ~Copyable {
    private let handle: OpaquePointer

    /// Opens a file; ask `checkOpened` how it went.
    init(path: String) throws(ImagingError) {
        try Vips.start()
        handle = cvips_image_open_file(path)
    }

    /// Opens an image file held in memory; ask `checkOpened` how it went.
    init(bytes: [UInt8]) throws(ImagingError) {
        try Vips.start()
        handle = cvips_image_open_memory(bytes, bytes.count)
    }

    deinit {
        cvips_image_close(handle)
    }

    /// Pixels per row after the EXIF orientation is applied.
    var uprightWidth: Int { Int(cvips_image_upright_width(handle)) }
    /// Rows after the EXIF orientation is applied.
    var uprightHeight: Int { Int(cvips_image_upright_height(handle)) }

    /// Throws when the header could not be read or promises more pixels than the limit.
    func checkOpened(name: String, maximumPixelCount: Int) throws(ImagingError) {
        try check(cvips_image_status(handle), name: name)
        // Both sides fit 32 bits, so the product fits 64.
        guard uprightWidth * uprightHeight <= maximumPixelCount else {
            throw .tooManyPixels(name: name, width: uprightWidth, height: uprightHeight, limit: maximumPixelCount)
        }
    }

    /// A metadata field as text.
    func text(_ field: String) -> String? {
        cvips_image_text(handle, field).map { String(cString: $0) }
    }

    /// The focal length in EXIF data as its 35 mm equivalent in millimetres; nil when there is none.
    var focalLength35mm: Double? {
        if let text = text("exif-ifd2-FocalLengthIn35mmFilm") { return ExifText.positiveNumber(text) }
        let millimetres = cvips_image_tiff_focal_length_35mm(handle)
        return millimetres > 0 ? millimetres : nil
    }

    /// Upright 8-bit sRGB, `uprightHeight * uprightWidth * 3` samples.
    func decodeRGB(name: String) throws(ImagingError) -> [UInt8] {
        let count = try SampleCount.checked(width: uprightWidth, height: uprightHeight, channels: 3)
        try PixelMemory.check(byteCount: count, name: name)
        var status = CVipsStatusFailed
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            guard let address = buffer.baseAddress else { return }
            status = cvips_image_decode_rgb(handle, address, count)
            initializedCount = status == CVipsStatusOK ? count : 0
        }
        try check(status, name: name)
        return pixels
    }

    /// The stored values of a 16-bit grey image, `height * width` of them.
    func decodeGrey16(name: String) throws(ImagingError) -> [UInt16] {
        let count = try SampleCount.checked(width: uprightWidth, height: uprightHeight, channels: 1)
        try PixelMemory.check(byteCount: 2 * count, name: name)
        var status = CVipsStatusFailed
        let values = [UInt16](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            guard let address = buffer.baseAddress else { return }
            status = cvips_image_decode_grey16(handle, address, count)
            initializedCount = status == CVipsStatusOK ? count : 0
        }
        try check(status, name: name)
        return values
    }

    /// The values of a grey image of any real type, `height * width` of them.
    func decodeGreyFloat(name: String) throws(ImagingError) -> [Float] {
        let count = try SampleCount.checked(width: uprightWidth, height: uprightHeight, channels: 1)
        try PixelMemory.check(byteCount: 4 * count, name: name)
        var status = CVipsStatusFailed
        let values = [Float](unsafeUninitializedCapacity: count) { buffer, initializedCount in
            guard let address = buffer.baseAddress else { return }
            status = cvips_image_decode_grey_float(handle, address, count)
            initializedCount = status == CVipsStatusOK ? count : 0
        }
        try check(status, name: name)
        return values
    }

    private func check(_ status: CVipsStatus, name: String) throws(ImagingError) {
        switch status {
        case CVipsStatusOK: return
        case CVipsStatusUnsupportedFormat: throw .unsupportedFormat(name: name)
        case CVipsStatusUnsupportedSamples: throw .unsupportedSamples(name: name)
        default:
            throw .corrupt(name: name, reason: Vips.cleaned(String(cString: cvips_image_message(handle))))
        }
    }
}
