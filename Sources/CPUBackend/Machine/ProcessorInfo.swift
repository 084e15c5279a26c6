import Machine

/// What /proc/cpuinfo tells about the processor.
struct ProcessorInfo {
    let model: String
    /// The instruction sets that matter to kernels, in a fixed order.
    let instructionSets: [String]
    let physicalCoreCount: Int
    let logicalCoreCount: Int

    private static let relevant = [
        "sse4_2", "avx", "f16c", "fma", "avx2", "avx_vnni", "avx512f", "avx512dq", "avx512bw", "avx512vl",
        "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_tile", "amx_int8", "amx_bf16", "asimd", "asimdhp",
        "asimddp", "bf16", "i8mm", "sve", "sve2",
    ]

    /// - Parameter text: the file's content.
    init(_ text: String) {
        let fields = text.split(separator: "\n").compactMap { line -> (name: String, value: String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (trimmed(line[..<colon]), trimmed(line[line.index(after: colon)...]))
        }
        let first = { (name: String) in fields.first { $0.name == name }?.value }
        model = first("model name") ?? first("Model") ?? first("CPU part").map { "CPU part \($0)" } ?? "unknown"
        let flags = Set((first("flags") ?? first("Features") ?? "").split(separator: " ").map(String.init))
        instructionSets = Self.relevant.filter(flags.contains)
        logicalCoreCount = max(1, fields.count { $0.name == "processor" })
        // A core is a pair of socket and core number; processors of one core share both.
        var cores = Set<String>()
        var socket = ""
        for field in fields {
            if field.name == "physical id" { socket = field.value }
            if field.name == "core id" { cores.insert(socket + "/" + field.value) }
        }
        physicalCoreCount = cores.isEmpty ? logicalCoreCount : cores.count
    }

    static var current: ProcessorInfo { ProcessorInfo(systemText("/proc/cpuinfo") ?? "") }
}

private func trimmed(_ text: Substring) -> String {
    let kept = text.drop(while: \.isWhitespace)
    guard let last = kept.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(kept[...last])
}
