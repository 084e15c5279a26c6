import Fathom
import Foundation
import TestSupport
import Testing

@Suite("The model that runs where none is named")
struct DefaultModelTests {
    @Test(
        "Fathom Mini is found beside the program, where it is installed, and in its sources",
        arguments: [
            ("bin/fathom", "bin/Models/mini"), ("bin/fathom", "share/fathom/Models/mini"),
            (".build/release/fathom", "Models/mini"), (".build-x/x86_64-unknown-linux-gnu/debug/fathom", "Models/mini"),
        ])
    func places(program: String, model: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(Data("{}".utf8), "\(model)/config.json")
        try folder.write(Data(), program)
        let found = try DefaultModel.find(environment: ["FATHOM_MODEL": ""], executable: "\(folder.path)/\(program)")
        #expect(found.isMini)
        #expect(real(found.path) == real("\(folder.path)/\(model)"))
    }

    @Test("a link to the program finds what lies beside the program")
    func link() throws {
        let folder = try TemporaryFolder()
        try folder.write(Data("{}".utf8), "apart/Models/mini/config.json")
        try folder.write(Data(), "apart/fathom")
        let link = "\(folder.path)/fathom"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "\(folder.path)/apart/fathom")
        let found = try DefaultModel.find(environment: [:], executable: link)
        #expect(real(found.path) == real("\(folder.path)/apart/Models/mini"))
    }

    @Test("FATHOM_MODEL goes first, and what it names must be there")
    func named() throws {
        let folder = try TemporaryFolder()
        try folder.write(Data("{}".utf8), "Models/mini/config.json")
        let executable = "\(folder.path)/fathom"
        let found = try DefaultModel.find(environment: ["FATHOM_MODEL": folder.path], executable: executable)
        #expect(found.path == folder.path && !found.isMini)
        let missing = "\(folder.path)/none"
        expectFailure(.unreadableModel, "FATHOM_MODEL is \(missing)", "no such file") {
            _ = try DefaultModel.find(environment: ["FATHOM_MODEL": missing], executable: executable)
        }
    }

    @Test("without any, the error tells where was looked and what to do")
    func none() throws {
        let folder = try TemporaryFolder()
        expectFailure(.unreadableModel, "/bin/Models/mini", "share/fathom/Models/mini", "FATHOM_MODEL") {
            _ = try DefaultModel.find(environment: [:], executable: "\(folder.path)/bin/fathom")
        }
    }

    private func real(_ path: String) -> String { URL(filePath: path).resolvingSymlinksInPath().path }
}
