import Glibc

/// The text of a small file of the system (/proc, /sys); nil when it cannot be read.
package func systemText(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = fread(&chunk, 1, chunk.count, file)
        guard count > 0 else { break }
        bytes += chunk[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// The number that a small file of the system holds; nil when it holds none.
func systemNumber(_ path: String) -> Int? {
    systemText(path).flatMap { Int($0.filter { !$0.isWhitespace }) }
}
