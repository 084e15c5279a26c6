/// A program for compute capability 9.0 with the instructions that only the target `sm_90a` has.
///
/// NVIDIA's driver compiles OpenCL C to PTX, text that it hands out as a program's binary, for the target `sm_90`, and no
/// option changes that. `sm_90` has no `wgmma`. So kernels carry such instructions as comments, which compilers leave where
/// they are with the registers of their operands filled in; here the comments become instructions, the target becomes
/// `sm_90a`, and the driver takes the text back as a binary.
///
/// Follows PTX ISA 8.0, "PTX module directives: .target" and "wgmma.mma_async".
package struct RetargetedPTX: Sendable, Equatable {
    /// What an instruction for `sm_90a` stands behind in a kernel: `SM_90A` of `matrix_wgmma.cl`.
    private static let marker = "//@sm_90a "

    /// PTX for `sm_90a`.
    package let bytes: [UInt8]
    /// Comments that became instructions.
    package let instructionCount: Int

    /// Why a binary cannot be retargeted.
    package enum Refusal: Error, Equatable, CustomStringConvertible {
        case notPTX
        case target(String)
        case version(String)
        case noInstructions

        package var description: String {
            switch self {
            case .notPTX: "the driver's binary is not PTX"
            case .target(let target): "the driver compiles for \(target) and not for sm_90"
            case .version(let version): "the driver's PTX has version \(version), and wgmma came with 8.0"
            case .noInstructions: "the driver's PTX has lost the comments that instructions for sm_90a stand in"
            }
        }
    }

    /// - Parameter binary: a compiled program; zeros may follow the text.
    /// - Throws: ``Refusal``.
    package init(_ binary: [UInt8]) throws(Refusal) {
        let length = (binary.lastIndex { $0 != 0 } ?? -1) + 1
        guard String(validating: binary[..<length], as: UTF8.self) != nil else { throw .notPTX }
        var lines = binary[..<length].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard let version = Self.operand(of: ".version", lines), let target = Self.operand(of: ".target", lines)
        else { throw .notPTX }
        guard let major = version.value.split(separator: ".").first.flatMap({ Int($0) }) else { throw .notPTX }
        guard major >= 8 else { throw .version(version.value) }
        guard ["sm_90", "sm_90a"].contains(target.value) else { throw .target(target.value) }
        if target.value == "sm_90" {
            lines[target.line] = lines[target.line].replacing("sm_90", with: "sm_90a", maxReplacements: 1)
        }
        var count = 0
        for index in lines.indices {
            let indentation = lines[index].prefix { $0 == " " || $0 == "\t" }
            let rest = lines[index].dropFirst(indentation.count)
            guard rest.hasPrefix(Self.marker) else { continue }
            lines[index] = String(indentation + rest.dropFirst(Self.marker.count))
            count += 1
        }
        guard count > 0 else { throw .noInstructions }
        bytes = Array(lines.joined(separator: "\n").utf8) + binary[length...]
        instructionCount = count
    }

    /// The first operand of a directive, and the line that it stands on; nil when there is none.
    private static func operand(of directive: String, _ lines: [String]) -> (value: String, line: Int)? {
        for (index, line) in lines.enumerated() {
            let words = line.split { $0.isWhitespace || $0 == "," }
            if words.first == directive[...], words.count > 1 { return (String(words[1]), index) }
        }
        return nil
    }
}

extension ProgramText {
    /// What a driver's compiler made of the text, as the device is to run it; nil when that is what it made.
    ///
    /// - Throws: ``OpenCLError`` when it cannot be made to hold the instructions that it lacks.
    func retargeted(_ program: Program) throws(OpenCLError) -> [UInt8]? {
        guard isRetargeted else { return nil }
        do {
            return try RetargetedPTX(program.binary() ?? []).bytes
        } catch {
            throw OpenCLError(
                status: OpenCLError.Status.invalidBinary, call: "clGetProgramInfo", detail: error.description)
        }
    }
}
