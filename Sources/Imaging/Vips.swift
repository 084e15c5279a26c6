import CVips

/// The state of libvips in this process.
enum Vips {
    private static let isStarted = cvips_start() == 0

    /// Starts libvips on the first call. Throws `libraryUnavailable`.
    static func start() throws(ImagingError) {
        guard isStarted else { throw .libraryUnavailable(reason: "vips_init failed") }
    }

    /// libvips' words as one line: no empty or repeated lines, no control characters, at most 300 characters.
    static func cleaned(_ message: String) -> String {
        var lines: [String] = []
        for line in message.split(whereSeparator: \.isNewline) {
            let words = line.split { $0.isWhitespace || $0.unicodeScalars.contains { $0.value < 32 } }
            let text = words.joined(separator: " ")
            if !text.isEmpty, !lines.contains(text) { lines.append(text) }
        }
        let joined = lines.joined(separator: "; ")
        return joined.isEmpty ? "the decoder gave no reason" : String(joined.prefix(300))
    }
}
