import CPUKernels
import Glibc

/// How many logical processors this process may keep busy.
enum CoreCount {
    /// Processors that the affinity mask and the control group's quota leave, at least 1.
    static var usable: Int { max(1, min(affinity, quota ?? affinity)) }

    /// Processors in the affinity mask, which containers and `taskset` restrict.
    static var affinity: Int {
        let count = cpu_affinity_count()
        return count > 0 ? count : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }

    /// Processors that the control group's quota is worth, rounded up; nil without a quota.
    static var quota: Int? { unifiedQuota ?? legacyQuota }

    /// Version 2: the least of `cpu.max` in the process's group and the groups above it.
    private static var unifiedQuota: Int? {
        guard let groups = systemText("/proc/self/cgroup"),
            let line = groups.split(separator: "\n").first(where: { $0.hasPrefix("0::") })
        else { return nil }
        var path = line.dropFirst(3).split(separator: "/")
        var least: Int?
        while true {
            let folder = (["/sys/fs/cgroup"] + path.map(String.init)).joined(separator: "/")
            if let text = systemText(folder + "/cpu.max"), let worth = processors(inUnified: text) {
                least = min(least ?? worth, worth)
            }
            if path.popLast() == nil { return least }
        }
    }

    /// `cpu.max` holds "QUOTA PERIOD" in microseconds, or "max PERIOD".
    static func processors(inUnified text: String) -> Int? {
        let fields = text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        return fields.count == 2 ? processors(quota: fields[0], period: fields[1]) : nil
    }

    private static var legacyQuota: Int? {
        let number = { (name: String) in
            systemText("/sys/fs/cgroup/cpu/cpu.cfs_\(name)_us").flatMap { text in
                Int(text.filter { !$0.isWhitespace })
            }
        }
        guard let quota = number("quota"), let period = number("period") else { return nil }
        return processors(quota: quota, period: period)
    }

    private static func processors(quota: Int, period: Int) -> Int? {
        quota > 0 && period > 0 ? (quota + period - 1) / period : nil
    }
}
