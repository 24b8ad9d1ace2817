/// The version of this program (semantic versioning 2.0); the changelog says what is in it.
public enum MartletVersion {
    public static let current = "0.1.0"
}
