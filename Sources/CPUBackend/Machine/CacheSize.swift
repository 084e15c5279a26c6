import Glibc
import Machine

/// How much the processor's caches hold, as Linux tells it.
enum CacheSize {
    /// Bytes of the last level, all instances of it together; 0 when the system does not tell.
    static var lastLevelByteCount: Int {
        let folder = "/sys/devices/system/cpu/"
        var instances: [Int: [String: Int]] = [:]  // level -> processors that share it -> bytes
        for processor in 0..<max(1, sysconf(Int32(_SC_NPROCESSORS_CONF))) {
            var index = 0
            while let cache = read(folder + "cpu\(processor)/cache/index\(index)/") {
                instances[cache.level, default: [:]][cache.sharers] = cache.byteCount
                index += 1
            }
        }
        let last = instances.max { $0.key < $1.key }?.value ?? [:]
        return last.values.reduce(0, +)
    }

    private static func read(_ folder: String) -> (level: Int, sharers: String, byteCount: Int)? {
        let field = { (name: String) in systemText(folder + name)?.filter { !$0.isWhitespace } }
        guard let level = field("level").flatMap({ Int($0) }), let sharers = field("shared_cpu_list"),
            let byteCount = field("size").flatMap(byteCount)
        else { return nil }
        return (level, sharers, byteCount)
    }

    /// `32768K` -> 33554432
    static func byteCount(_ text: String) -> Int? {
        let unit =
            switch text.last {
            case "K": 1 << 10
            case "M": 1 << 20
            case "G": 1 << 30
            default: 1
            }
        return Int(unit == 1 ? text[...] : text.dropLast()).map { $0 * unit }
    }
}
