import Foundation

/// The licence that lies beside a checkpoint.
enum ModelCard {
    private static let maximumByteCount = 1 << 20

    /// The `license` of the model card's front matter (its `license_name` where that says "other"), else the first line
    /// of a licence file, else nil.
    static func license(in folder: URL) -> String? {
        if let card = text(folder.appendingPathComponent("README.md")) {
            let fields = frontMatter(card)
            let license = fields["license"] == "other" ? fields["license_name"] ?? "other" : fields["license"]
            if let license { return license }
        }
        for name in ["LICENSE", "LICENSE.txt", "LICENSE.md"] {
            let lines = text(folder.appendingPathComponent(name))?.split(whereSeparator: \.isNewline) ?? []
            let first = lines.lazy.map { $0.trimmingCharacters(in: .whitespaces) }.first { !$0.isEmpty }
            if let first { return String(first.prefix(120)) }
        }
        return nil
    }

    /// The plain `key: value` lines between the two lines `---` at the start of a model card.
    private static func frontMatter(_ card: String) -> [String: String] {
        var lines = card.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)[...]
        guard lines.popFirst() == "---" else { return [:] }
        var fields: [String: String] = [:]
        for line in lines.prefix(while: { $0 != "---" }) {
            guard let colon = line.firstIndex(of: ":"), line.first?.isWhitespace == false else { continue }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            if !value.isEmpty { fields[String(line[..<colon])] = value.trimmingCharacters(in: ["\"", "'"]) }
        }
        return fields
    }

    private static func text(_ url: URL) -> String? {
        guard let file = try? MappedFile(path: url.path), file.byteCount <= maximumByteCount,
            let bytes = try? file.bytes(reading: file.byteCount)
        else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}
