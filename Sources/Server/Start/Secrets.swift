internal import Foundation
internal import Vault

/// The two keys of an installation: given by the configuration, or generated once into `secrets.env` of the data folder.
public struct Secrets: Sendable, CustomStringConvertible, CustomReflectable {
    public let secretKey: String
    public let fieldEncryptionKey: String

    public var description: String { "Secrets(…)" }
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// - Throws: ``CommandFailure`` when a key is missing that this installation must have had: a new one in its place
    ///   would make stored passwords and sent links worthless without a word.
    public init(_ configuration: ServerConfiguration, in folder: DataFolder) throws {
        if let secretKey = configuration.secretKey, let fieldKey = configuration.fieldEncryptionKey {
            self.init(secretKey: secretKey, fieldEncryptionKey: fieldKey)
            return
        }
        if !FileManager.default.fileExists(atPath: folder.secrets) {
            guard !FileManager.default.fileExists(atPath: folder.database) else { throw Self.lost(folder) }
            try Self.generate(into: folder)
        }
        let stored = try EnvironmentFile.read(folder.secrets, required: true)?.values ?? [:]
        guard let secretKey = configuration.secretKey ?? stored[Setting.secretKey.key] else {
            throw Self.missing(.secretKey, folder)
        }
        guard let fieldKey = configuration.fieldEncryptionKey ?? stored[Setting.fieldEncryptionKey.key] else {
            throw Self.missing(.fieldEncryptionKey, folder)
        }
        _ = try Sealer(keyText: fieldKey)
        self.init(secretKey: secretKey, fieldEncryptionKey: fieldKey)
    }

    init(secretKey: String, fieldEncryptionKey: String) {
        self.secretKey = secretKey
        self.fieldEncryptionKey = fieldEncryptionKey
    }

    /// The file appears whole under its name or not at all, and never in place of another: of two processes that
    /// start at once, both read what the first one wrote.
    static func generate(into folder: DataFolder) throws {
        let text = """
            # Made by Martlet at its first start. Keep a copy in a safe place: without these keys a backup of the
            # database cannot open the stored mail passwords, and links in sent mails no longer work.
            SECRET_KEY=\(Token().plaintext)
            FIELD_ENCRYPTION_KEY=\(SealingKey.random())

            """
        let draft = "\(folder.secrets).\(getpid()).tmp"
        defer { unlink(draft) }
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DataFolder.failure(errno, "The file \(folder.secrets) cannot be made") }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw DataFolder.failure(errno, "The file \(folder.secrets) cannot be written")
        }
        guard link(draft, folder.secrets) == 0 || errno == EEXIST else {
            throw DataFolder.failure(errno, "The file \(folder.secrets) cannot be made")
        }
        let directory = open(folder.path, O_RDONLY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
    }

    private static func lost(_ folder: DataFolder) -> CommandFailure {
        CommandFailure(
            .configuration,
            """
            The database \(folder.database) is there, but its keys are not: \(folder.secrets) is missing. Restore that \
            file, or set SECRET_KEY and FIELD_ENCRYPTION_KEY.
            """)
    }

    private static func missing(_ setting: Setting, _ folder: DataFolder) -> CommandFailure {
        CommandFailure(
            .configuration, "\(setting.key) is neither set nor in \(folder.secrets); set it as it was before.")
    }
}
