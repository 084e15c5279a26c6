import Foundation
import OpenCLBackend
import OpenCLKernels
import TestSupport
import Testing

@Suite("Program cache")
struct ProgramCacheTests {
    private static let text = ProgramText(source: KernelSource.copy.text, options: "-DGROUP=32")

    private static func files(_ folder: TemporaryFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).map { folder.path + "/" + $0 }
    }

    /// Builds in a new context and runs what came out.
    private static func copies(_ device: OpenCLDevice, _ cache: ProgramCache) throws -> Bool {
        let context = try OpenCLContext(device, cache: cache)
        let program = try #require(try context.build([text])[text])
        let kernel = try Kernel(program, "copy")
        let values = (0..<32).map { Float($0) }
        let x = try DeviceMemory(context, byteCount: 128, purpose: "x")
        let y = try DeviceMemory(context, byteCount: 128, purpose: "y")
        try context.computeQueue.write(values, to: x)
        try kernel.setArguments([.memory(x), .memory(y), .uint(32)])
        try context.computeQueue.launch(kernel, global: [32], local: [32])
        return try context.computeQueue.read(y, count: 32, repeating: Float.nan) == values
    }

    @Test("A second start takes the stored program", arguments: TestDevice.all)
    func roundTrip(_ test: TestDevice) throws {
        let folder = try TemporaryFolder()
        let cache = ProgramCache(folder: folder.path)
        #expect(try Self.copies(test.device, cache))
        let files = try Self.files(folder)
        #expect(files.count == 1)
        let stored = try Data(contentsOf: URL(fileURLWithPath: files[0]))
        #expect(try Self.copies(test.device, cache))
        #expect(try Data(contentsOf: URL(fileURLWithPath: files[0])) == stored)
    }

    @Test("Any damage falls back to the source and repairs the file", arguments: TestDevice.all)
    func damage(_ test: TestDevice) throws {
        let folder = try TemporaryFolder()
        let cache = ProgramCache(folder: folder.path)
        #expect(try Self.copies(test.device, cache))
        let file = URL(fileURLWithPath: try Self.files(folder)[0])
        let sound = try Data(contentsOf: file)
        var flips = [0, 8, 12, 44, 76, sound.count / 2, sound.count - 1].map { index in
            var bytes = sound
            bytes[index] ^= 0x40
            return bytes
        }
        flips += [Data(), sound.prefix(10), sound.prefix(76), sound.prefix(sound.count - 1)]
        for damaged in flips {
            try damaged.write(to: file)
            #expect(try Self.copies(test.device, cache))
            // Compilers need not give the same bytes twice, but the repaired file is whole again.
            #expect(try Data(contentsOf: file) != damaged)
        }
    }

    @Test("A folder that cannot be written costs nothing but time", arguments: TestDevice.all)
    func unwritable(_ test: TestDevice) throws {
        #expect(try Self.copies(test.device, ProgramCache(folder: "/dev/null/programs")))
    }

    @Test("The least recently used programs go when the cache is full", arguments: TestDevice.all.prefix(1))
    func bounded(_ test: TestDevice) throws {
        let folder = try TemporaryFolder()
        let texts = (0..<4).map { ProgramText(source: KernelSource.copy.text, options: "-DGROUP=\(1 << $0)") }
        _ = try OpenCLContext(test.device, cache: ProgramCache(folder: folder.path)).build([texts[0]])
        let size = try Data(contentsOf: URL(fileURLWithPath: try Self.files(folder)[0])).count
        let small = ProgramCache(folder: folder.path, byteCountLimit: size * 5 / 2)
        // Older and larger than any program, and somebody else's.
        let foreign = [folder.file("work.tar"), folder.file("notes.bin")]
        for file in foreign { try Data(count: size * 3).write(to: URL(fileURLWithPath: file)) }
        for text in texts { _ = try OpenCLContext(test.device, cache: small).build([text]) }
        #expect(foreign.allSatisfy { FileManager.default.fileExists(atPath: $0) })
        for file in foreign { try FileManager.default.removeItem(atPath: file) }
        #expect(try Self.files(folder).count == 2)
    }

    @Test("Programs build at once, and each text once", arguments: TestDevice.all)
    func parallel(_ test: TestDevice) throws {
        let context = try OpenCLContext(test.device, cache: nil)
        let texts = (0..<6).map { ProgramText(source: KernelSource.copy.text, options: "-DGROUP=\(1 << $0)") }
        let programs = try context.build(texts + texts)
        #expect(programs.count == texts.count)
        #expect(try context.build([texts[3]])[texts[3]] === programs[texts[3]])
        let broken = ProgramText(source: "broken", options: "")
        #expect(throws: OpenCLError.self) { try context.build(texts + [broken]) }
    }
}

@Suite("SHA-256")
struct SHA256Tests {
    /// FIPS 180-4's examples, and lengths around a block's end (from Python's hashlib).
    @Test(
        "Known hashes",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (String(repeating: "a", count: 55), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
            (String(repeating: "a", count: 64), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
            (String(repeating: "a", count: 1000), "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3"),
        ])
    func known(_ text: String, _ expected: String) {
        let digits = SHA256.hash(text.utf8).map { String($0, radix: 16) }
        #expect(digits.map { $0.count == 1 ? "0" + $0 : $0 }.joined() == expected)
    }
}
