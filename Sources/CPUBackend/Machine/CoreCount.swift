import CPUKernels
import Glibc
import Machine

/// How many logical processors this process may keep busy.
enum CoreCount {
    /// Processors that the affinity mask and the control group's quota leave, at least 1.
    static var usable: Int { max(1, min(affinity, ControlGroup().processorQuota ?? affinity)) }

    /// Processors in the affinity mask, which containers and `taskset` restrict.
    static var affinity: Int {
        let count = cpu_affinity_count()
        return count > 0 ? count : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }
}
