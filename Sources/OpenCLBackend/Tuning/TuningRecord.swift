import OpenCLKernels

/// The best cut of a kernel for a shape on a device: one line of a tuning file.
package struct TuningRecord: Sendable, Hashable, Codable {
    /// Where it was measured. In the defaults that come with the program, a text that ends with `*` stands for all that
    /// begin like it.
    package struct Place: Sendable, Hashable, Codable {
        package let platform: String
        package let device: String
        package let driver: String
        /// Floats of a processor's vector register, which its name need not tell; nil for any, and for other devices.
        package let vectorWidth: Int?
        /// The kernel's files, as the first 16 digits of their SHA-256.
        package let source: String

        package init(platform: String, device: String, driver: String, vectorWidth: Int? = nil, source: String) {
            self.platform = platform
            self.device = device
            self.driver = driver
            self.vectorWidth = vectorWidth
            self.source = source
        }
    }

    package let shape: TunedShape
    /// `f32`, `f16` or `bf16`.
    package let precision: String
    package let place: Place
    /// The form of the kernel, as ``KernelForm`` names it.
    package let form: String
    /// The kernel's constants; none where nothing is faster than the cut without tuning, which is not the same for all
    /// launches of a shape.
    package let constants: [String: Int]
    /// Seconds of a whole launch with these constants and without tuning, side by side, the mean of all that a run of the
    /// plan has; where no candidate won, of the part of one that the race timed.
    package let seconds: Double
    package let untunedSeconds: Double

    package init(
        shape: TunedShape, precision: String, place: Place, form: String, constants: [String: Int], seconds: Double,
        untunedSeconds: Double
    ) {
        self.shape = shape
        self.precision = precision
        self.place = place
        self.form = form
        self.constants = constants
        self.seconds = seconds
        self.untunedSeconds = untunedSeconds
    }

    /// What another record must share to be about the same thing.
    struct Key: Hashable {
        let shape: TunedShape
        let precision: String
        let place: Place
        let form: String
    }

    var key: Key { Key(shape: shape, precision: precision, place: place, form: form) }
}

extension TuningRecord.Place {
    /// A device and the files of a kernel in one form.
    init(_ device: OpenCLDevice, _ shape: TunedShape, _ form: KernelForm) {
        let sources = CacheFolder.key(shape.sources(form).map(\.text)).hexadecimal
        self.init(
            platform: device.platform.name, device: device.name, driver: device.driverVersion,
            vectorWidth: device.kind == .cpu ? device.limits.nativeVectorWidth : nil,
            source: String(sources.prefix(16)))
    }

    /// Whether this place is `other`, or stands for it.
    func covers(_ other: TuningRecord.Place) -> Bool {
        guard vectorWidth == nil || vectorWidth == other.vectorWidth else { return false }
        return zip([platform, device, driver, source], [other.platform, other.device, other.driver, other.source])
            .allSatisfy { pattern, text in
                pattern.hasSuffix("*") ? text.hasPrefix(pattern.dropLast()) : pattern == text
            }
    }
}
