import Foundation
import FoundationXML
import Profiling
import TensorCore
import Testing

@Suite("a roofline")
struct RooflineTests {
    /// Names and attributes of a picture's elements; nil when it is not well-formed.
    private final class Elements: NSObject, XMLParserDelegate {
        private(set) var list: [(name: String, attributes: [String: String])] = []
        private(set) var texts: [String] = []

        init?(_ svg: String) {
            super.init()
            let parser = XMLParser(data: Data(svg.utf8))
            parser.delegate = self
            guard parser.parse() else { return nil }
        }

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            list.append((name, attributes))
            texts.append("")
        }

        func parser(_ parser: XMLParser, foundCharacters string: String) { texts[texts.count - 1] += string }
    }

    private static func chart(_ grouping: ProfileTable.Grouping, roof: DeviceRoof = HandMade.roof) -> String {
        RooflineChart(HandMade.table(grouping), roof: roof, title: "a <title> & more", subtitle: "machine").svg
    }

    @Test(
        "is well-formed and shows each row with arithmetic, in the chart and in the list",
        arguments: [
            (ProfileTable.Grouping.operation, 1), (.module, 2),
        ])
    func discs(_ grouping: ProfileTable.Grouping, _ count: Int) throws {
        let elements = try #require(Elements(Self.chart(grouping)))
        #expect(elements.list.first?.name == "svg")
        let discs = elements.list.filter { $0.name == "circle" && $0.attributes["r"] != "5" }
        #expect(discs.count == 2 * count)
        #expect(elements.texts.contains { $0.hasPrefix("a <title> & more") })
    }

    @Test("stays inside its frame and names its roofs")
    func frame() throws {
        let svg = Self.chart(.module)
        let elements = try #require(Elements(svg))
        let root = try #require(elements.list.first?.attributes)
        let width = try #require(root["width"].flatMap(Double.init))
        let height = try #require(root["height"].flatMap(Double.init))
        for (name, attributes) in elements.list where name == "circle" || name == "line" {
            for (key, value) in attributes where ["x1", "x2", "cx"].contains(key) {
                #expect((0...width).contains(try #require(Double(value))))
            }
            for (key, value) in attributes where ["y1", "y2", "cy"].contains(key) {
                #expect((0...height).contains(try #require(Double(value))))
            }
        }
        for words in ["f32 multiply-add", "memory, triad", "not drawn, no arithmetic counted"] {
            #expect(svg.contains(words))
        }
    }

    @Test("is drawn for an empty table and for extreme roofs")
    func extremes() throws {
        let empty = ProfileTable(HandMade.plan, costs: HandMade.costs, runs: [], by: .operation)
        let roofs = [
            DeviceRoof(
                arithmetic: .init(name: "f32", perSecond: 1e15), memory: [.init(name: "copy", perSecond: 1e3)],
                cache: []),
            DeviceRoof(
                arithmetic: .init(name: "f32", perSecond: 1e3), memory: [.init(name: "copy", perSecond: 1e13)],
                cache: [.init(name: "copy", perSecond: 1e12)]),
        ]
        for roof in roofs {
            for svg in [
                RooflineChart(empty, roof: roof, title: "", subtitle: "").svg, Self.chart(.module, roof: roof),
            ] {
                _ = try #require(Elements(svg))
                #expect(!svg.contains("nan") && !svg.contains("inf"))
            }
        }
    }
}
