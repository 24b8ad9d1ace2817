internal import Foundation

/// The words of the system for an error number: "No such file or directory".
func systemMessage(_ number: Int32 = errno) -> String { String(cString: strerror(number)) }
