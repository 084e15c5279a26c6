/// The version of this library.
public enum EngineVersion {
    /// By semantic versioning.
    public static let current = "0.1.0"
}
