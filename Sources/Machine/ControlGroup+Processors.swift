extension ControlGroup {
    /// Processors that the quotas of the group and of those above it are worth, rounded up; nil without a quota.
    package var processorQuota: Int? {
        let unified = folders.map { systemText($0 + "/cpu.max").flatMap(Self.processors(inUnified:)) }
        let legacy = folders(of: "cpu").map { folder in
            let number = { (name: String) in systemNumber(folder + "/cpu.cfs_\(name)_us") ?? 0 }
            return Self.processors(quota: number("quota"), period: number("period"))
        }
        return (unified + legacy).compactMap(\.self).min()
    }

    /// `cpu.max` holds "QUOTA PERIOD" in microseconds, or "max PERIOD".
    private static func processors(inUnified text: String) -> Int? {
        let fields = text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        return fields.count == 2 ? processors(quota: fields[0], period: fields[1]) : nil
    }

    private static func processors(quota: Int, period: Int) -> Int? {
        quota > 0 && period > 0 ? (quota + period - 1) / period : nil
    }
}
