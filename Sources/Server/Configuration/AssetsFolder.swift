internal import Foundation

/// Where the style sheets and scripts are when `MARTLET_ASSETS` does not say it.
enum AssetsFolder {
    /// `.assets` in the working folder or in one above the program (a clone of the repository), then `share/martlet`
    /// beside the program's `bin`.
    static func find(from workingFolder: String) -> String? {
        var candidates = [workingFolder + "/.assets"]
        if let program = Bundle.main.executablePath {
            var folder = URL(fileURLWithPath: program).resolvingSymlinksInPath().deletingLastPathComponent()
            candidates.append(folder.deletingLastPathComponent().path + "/share/martlet")
            for _ in 0..<4 {
                folder.deleteLastPathComponent()
                candidates.append(folder.path + "/.assets")
            }
        }
        return candidates.first { isFolder($0 + "/static") }
    }

    /// The folder that holds `static`: named itself, or by its `static`.
    static func root(_ path: String) -> String {
        path.hasSuffix("/static") && !isFolder(path + "/static") ? String(path.dropLast("/static".count)) : path
    }

    static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
