import Foundation

extension JSONValue {
    /// Reads a JSON file whose top level is an object, and which can sensibly have no more than `limit` bytes.
    static func objectFile(_ url: URL, limit: Int = 1 << 20) throws(CheckpointError) -> [String: JSONValue] {
        let file = try MappedFile(path: url.path)
        guard file.byteCount <= limit else {
            throw FormatFault.damaged("it has \(file.byteCount) bytes, more than the \(limit) such a file can need")
                .at(url.path)
        }
        let bytes = [UInt8](try file.bytes(reading: file.byteCount))
        do throws(FormatFault) {
            let value = try JSONReader.parse(bytes)
            guard let object = value.object else { throw .damaged("it holds \(value.kind), not a JSON object") }
            return object
        } catch {
            throw error.at(url.path)
        }
    }
}
