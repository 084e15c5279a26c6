import Fathom
import Foundation
import TestSupport
import Testing

/// Sound weights beside a configuration that does not describe them.
@Suite("Weights of another configuration")
struct ModelConfigurationTests {
    struct Edit: Sendable, CustomStringConvertible {
        let field: String
        let encoder: String?
        let json: String
        /// What the message must hold.
        let word: String

        init(_ field: String, in encoder: String? = nil, _ json: String, _ word: String) {
            (self.field, self.encoder, self.json, self.word) = (field, encoder, json, word)
        }

        var description: String { "\(encoder.map { $0 + "." } ?? "")\(field) = \(json)" }

        func apply(_ object: inout [String: Any]) {
            let value = (try? JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed)) as Any
            guard let encoder else {
                object[field] = value
                return
            }
            var part = object[encoder] as? [String: Any] ?? [:]
            part[field] = value
            object[encoder] = part
        }
    }

    static let edits = [
        Edit("fusion_hidden_size", "32", "32"),
        Edit("hidden_size", in: "patch_model_config", "128", "encoder.patch_encoder"),
        Edit("num_hidden_layers", in: "image_model_config", "15", "encoder.image_encoder.model.encoder.layer.14"),
        Edit("num_hidden_layers", in: "fov_model_config", "13", "fov.encoder"),
        Edit("mlp_ratio", in: "patch_model_config", "4", "fc1"),
        Edit("num_attention_heads", in: "patch_model_config", "3", "3"),
        Edit("num_attention_heads", in: "patch_model_config", "0", "num_attention_heads"),
        Edit("patch_size", in: "patch_model_config", "0", "patch_size"),
        Edit("patch_size", "384", "24 x 24 tokens"),
        Edit("patch_size", "-128", "patch_size"),
        Edit("patch_size", "9007199254740992", "patch_size"),
        Edit("intermediate_hook_ids", "[5, 99]", "intermediate_hook_ids"),
        Edit("intermediate_hook_ids", "[]", "intermediate_"),
        Edit("intermediate_feature_dims", "[16, 24]", "24"),
        Edit("scaled_images_feature_dims", "[64, 48]", "scaled_images"),
        Edit("scaled_images_ratios", "[0.5, 0.5, 1]", "scaled_images_ratios"),
        Edit("scaled_images_overlap_ratios", "[0.0, 0.5, 0.5]", "scaled_images_overlap_ratios"),
        Edit("merge_padding_value", "3", "merge_padding_value"),
        Edit("num_fov_head_layers", "3", "fov_model.head"),
        Edit("use_batch_norm_in_fusion_residual", "true", "use_batch_norm_in_fusion_residual"),
        Edit("use_bias_in_fusion_residual", "false", "bias"),
        Edit("model_type", "\"dpt\"", "dpt"),
        Edit("patch_model_config", "7", "patch_model_config"),
        Edit("use_fov_model", "\"yes\"", "use_fov_model"),
    ]

    @Test("is refused before any weight is read", arguments: edits)
    func refused(edit: Edit) throws {
        let model = try ModelCopy()
        try model.editConfiguration { edit.apply(&$0) }
        expectFailure(.unreadableModel, model.path, edit.word) { _ = try ModelSummary(model: model.path) }
        expectFailure(.unreadableModel, model.path, edit.word) { _ = try DepthEstimator(model: model.path) }
    }

    @Test("text that is no JSON", arguments: ["", "{", "[]", "null", "{\"patch_size\": 1e999}"])
    func damaged(text: String) throws {
        let model = try ModelCopy()
        try model.folder.write(Data(text.utf8), "config.json")
        expectFailure(.unreadableModel, "config.json") { _ = try DepthEstimator(model: model.path) }
    }

    @Test("the unchanged copy loads")
    func unchanged() throws {
        let model = try ModelCopy()
        try model.editConfiguration { _ in }
        try model.editWeights { _ in }
        let photograph = try Photograph(contentsOf: imageFixture("plain.png"))
        let depth = try DepthEstimator(model: model.path).estimate(photograph)
        #expect(try depth.metres == Fixture.mini.estimator().estimate(photograph).metres)
    }
}
