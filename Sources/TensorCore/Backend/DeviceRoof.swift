/// What a device did at best in loops that do nothing else: the roof of a roofline.
package struct DeviceRoof: Sendable, Hashable {
    /// One kind of arithmetic or memory traffic and its greatest measured rate.
    package struct Rate: Sendable, Hashable {
        /// What ran: `f32 multiply-add`, `copy`.
        package let name: String
        /// Floating-point operations or bytes in a second.
        package let perSecond: Double

        package init(name: String, perSecond: Double) {
            self.name = name
            self.perSecond = perSecond
        }
    }

    /// Arithmetic in registers, in the type that plans run in, two floating-point operations for each multiply-add.
    package let arithmetic: Rate
    /// Arithmetic in other types that the device has, which plans use in part or not at all.
    package let otherArithmetic: [Rate]
    /// Passes over arrays larger than the last cache; each array counts once, read or written.
    package let memory: [Rate]
    /// The same over arrays that stay close to the cores; empty where that was not measured.
    package let cache: [Rate]

    package init(arithmetic: Rate, otherArithmetic: [Rate] = [], memory: [Rate], cache: [Rate]) {
        self.arithmetic = arithmetic
        self.otherArithmetic = otherArithmetic
        self.memory = memory
        self.cache = cache
    }

    /// Bytes in a second of the fastest pass over memory.
    package var memoryBytesPerSecond: Double { memory.map(\.perSecond).max() ?? 0 }

    /// The least time in which a cost can be paid when arithmetic and memory traffic overlap in full. A rate of 0, of a
    /// device whose clock stands still, says nothing and takes no time.
    package func leastSeconds(_ cost: Cost) -> Double {
        max(arithmeticSeconds(cost), memorySeconds(cost))
    }

    /// Whether memory traffic, not arithmetic, decides ``leastSeconds(_:)``.
    package func isMemoryBound(_ cost: Cost) -> Bool { memorySeconds(cost) > arithmeticSeconds(cost) }

    private func arithmeticSeconds(_ cost: Cost) -> Double { seconds(cost.flopCount, arithmetic.perSecond) }
    private func memorySeconds(_ cost: Cost) -> Double { seconds(cost.byteCount, memoryBytesPerSecond) }
    private func seconds(_ amount: Int, _ perSecond: Double) -> Double {
        perSecond > 0 ? Double(amount) / perSecond : 0
    }
}
