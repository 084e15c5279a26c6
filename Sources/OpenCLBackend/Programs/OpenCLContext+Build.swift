import Dispatch
import Synchronization

extension OpenCLContext {
    /// Compiles programs, several at once, or takes them from the cache; a text that this context built before costs
    /// nothing.
    ///
    /// - Throws: ``OpenCLError`` of the first text that does not compile, with the compiler's log.
    package func build(_ texts: [ProgramText]) throws(OpenCLError) -> [ProgramText: Program] {
        let missing = built.withLock { built in Set(texts).filter { built[$0] == nil } }.sorted {
            $0.options < $1.options
        }
        let results = Mutex<[Int: Result<Program, OpenCLError>]>([:])
        let build = { @Sendable (index: Int) in
            let result = Result { () throws(OpenCLError) in try self.buildOne(missing[index]) }
            results.withLock { $0[index] = result }
        }
        if Quirks(device).buildsOneAtATime {
            missing.indices.forEach(build)
        } else {
            DispatchQueue.concurrentPerform(iterations: missing.count, execute: build)
        }
        let all = results.withLock(\.self)
        // Those that compile are kept, whatever another does.
        for (index, text) in missing.enumerated() {
            if let program = try? all[index]?.get() { built.withLock { $0[text] = program } }
        }
        for index in missing.indices { _ = try all[index]?.get() }
        return built.withLock { built in
            texts.reduce(into: [:]) { programs, text in programs[text] = built[text] }
        }
    }

    private func buildOne(_ text: ProgramText) throws(OpenCLError) -> Program {
        if let binary = cache?.load(text, for: device),
            // A driver may refuse what another build of it compiled; the text is the truth.
            let program = try? Program(self, binary: binary, options: text.options)
        {
            return program
        }
        let program = try Program(self, source: text.source, options: text.options)
        if let retargeted = try text.retargeted(program) {
            let program = try Program(self, binary: retargeted, options: text.options)
            cache?.store(retargeted, text, for: device)
            return program
        }
        if let cache, let binary = program.binary() { cache.store(binary, text, for: device) }
        return program
    }
}
