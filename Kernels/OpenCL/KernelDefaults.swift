/// What is known of kernels on devices that were measured; `docs/tuning.md` tells how it came about.
package enum KernelDefaults {
    /// Tuning records, one a line.
    package static var tuning: [UInt8] { PackageResources.tuning_jsonl }
}
