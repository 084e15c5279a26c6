import TensorCore
import Testing
import Weights

@Suite("Hugging Face layout")
struct HuggingFaceLayoutTests {
    private func layout(
        _ source: MemorySource, intermediateCount: Int = 2, scaledImageCount: Int = 3
    ) throws -> HuggingFaceLayout {
        try HuggingFaceLayout(
            source: source, intermediateCount: intermediateCount, scaledImageCount: scaledImageCount)
    }

    @Test("every tensor of the published model gets Apple's name", arguments: DepthProNames.Spelling.allCases)
    func publishedModel(spelling: DepthProNames.Spelling) throws {
        let pairs = DepthProNames.pairs(layerCount: 24, spelling: spelling)
        #expect(pairs.count == 1119)
        let stored = pairs.flatMap(\.huggingFace)
        let layout = try layout(MemorySource(names: stored))
        #expect(Set(layout.tensors.keys) == Set(pairs.map(\.apple)))
        var index: Float = 0
        for (apple, huggingFace) in pairs {
            let expected = huggingFace.indices.map { index + Float($0) }
            index += Float(huggingFace.count)
            try #require(layout.float32(apple) == expected, "\(apple)")
        }
    }

    @Test("a tensor that is missing is told by the name that the file would have for it")
    func missingNames() throws {
        let layout = try layout(MemorySource(names: []))
        for (apple, huggingFace) in DepthProNames.pairs(layerCount: 24, spelling: .disk) {
            try #require(layout.nameInFile(apple) == huggingFace.joined(separator: " + "), "\(apple)")
        }
        #expect(layout.nameInFile("decoder.other") == "decoder.other")
        #expect(throws: WeightError.missing("depth_pro.encoder.image_encoder.model.layernorm.bias")) {
            try layout.require("encoder.image_encoder.norm.bias", shape: [4])
        }
    }

    private static let block = "depth_pro.encoder.patch_encoder.model.encoder.layer.3."
    private static let query = block + "attention.attention.query.weight"
    private static let key = block + "attention.attention.key.weight"
    private static let value = block + "attention.attention.value.weight"

    @Test("query, key and value are stacked along the first axis")
    func stacking() throws {
        let layout = try layout(
            MemorySource([
                Self.value: ([2, 2], [8, 9, 10, 11]), Self.query: ([2, 2], [0, 1, 2, 3]),
                Self.key: ([2, 2], [4, 5, 6, 7]),
            ]))
        let name = "encoder.patch_encoder.blocks.3.attn.qkv.weight"
        #expect(layout.tensors == [name: TensorDescription(shape: [6, 2], dataType: .float32)])
        #expect(try layout.float32(name) == (0..<12).map { Float($0) })
        var room = [Float](repeating: 0, count: 11)
        #expect(throws: WeightError.self) {
            var span = room.mutableSpan
            try layout.read(name, into: &span)
        }
    }

    @Test("an incomplete or misshapen attention is an error")
    func badAttention() throws {
        let error = try #require(throws: WeightError.self) {
            try layout(MemorySource(names: [Self.query, Self.value]))
        }
        #expect(error.description.contains("not the key"), "\(error)")
        let shapes: [String: (shape: Shape, values: [Float])] = [
            Self.query: ([2], [1, 2]), Self.key: ([3], [1, 2, 3]), Self.value: ([2], [1, 2]),
        ]
        #expect(throws: WeightError.shapeMismatch(name: Self.key, expected: [2], found: [3])) {
            try layout(MemorySource(shapes))
        }
        #expect(throws: WeightError.self) {
            try layout(MemorySource([Self.query: ([], [1]), Self.key: ([], [1]), Self.value: ([], [1])]))
        }
    }

    @Test("two spellings of one tensor are an error")
    func twoSpellings() throws {
        let names = [Self.query, Self.key, Self.value, Self.block + "attention.q_proj.weight"]
        let error = try #require(throws: WeightError.self) { try layout(MemorySource(names: names)) }
        #expect(error.description.contains("two namings"))
    }

    @Test("the mask token is dropped and unknown tensors keep their names")
    func extras() throws {
        let unknown = [
            "extra.weight", "depth_pro.neck.feature_upsample.intermediate.2.layers.0.weight",
            "depth_pro.neck.feature_upsample.intermediate.01.layers.0.weight",
            "depth_pro.neck.feature_upsample.scaled_images.-1.layers.0.weight",
            "fusion_stage.intermediate.4.projection.weight", "fusion_stage.final.norm.weight",
            "depth_pro.encoder.patch_encoder.model.pooler.weight", Self.block + "mlp.w12.weight",
        ]
        let mask = "depth_pro.encoder.patch_encoder.model.embeddings.mask_token"
        let layout = try layout(MemorySource(names: unknown + [mask]))
        #expect(
            Set(layout.tensors.keys.map { $0.replacing("encoder.patch_encoder.blocks.3.", with: Self.block) }).count
                == 8)
        for name in unknown { #expect(layout.tensors[name] != nil, "\(name)") }
        #expect(try layout.float32("extra.weight") == [0])
    }

    @Test("level numbers turn around whatever their count")
    func otherCounts() throws {
        let names = [
            "depth_pro.neck.feature_upsample.intermediate.0.layers.0.weight",
            "depth_pro.neck.feature_upsample.scaled_images.0.layers.0.weight",
            "depth_pro.neck.feature_projection.projections.0.weight",
            "depth_pro.neck.feature_projection.projections.2.weight",
            "fusion_stage.intermediate.0.deconv.weight",
        ]
        let layout = try layout(MemorySource(names: names), intermediateCount: 1, scaledImageCount: 2)
        #expect(
            Set(layout.tensors.keys) == [
                "encoder.upsample_latent0.0.weight", "encoder.upsample1.0.weight", "decoder.convs.2.weight",
                "decoder.convs.0.weight", "decoder.fusions.2.deconv.weight",
            ])
    }
}
