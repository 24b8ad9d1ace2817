import ArgumentParser
import Server
@main struct Martlet: ParsableCommand {}
