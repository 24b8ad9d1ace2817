import Crypto
import CSodium
