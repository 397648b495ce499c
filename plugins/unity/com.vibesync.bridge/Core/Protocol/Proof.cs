// Proofs of the pairing token (HMAC-SHA256), as shared/protocol/handshake.ts defines them. [WIRE-2] The token itself
// never leaves this process; the hub must prove that it knows it before the editor proves anything.
using System;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace VibeSync.Core
{
    /// <summary>One greeting's facts, from which both sides derive their proofs.</summary>
    public sealed class Proof
    {
        private const int k_NonceBytes = 32;

        public string Token;
        public string ClientNonce;
        public string ServerNonce;
        public string Instance;
        public string ProjectOrNull;
        public string Role = "unity";
        public int ProtocolMax = Generated.ProtocolVersion;

        /// <summary>64 lower-case hex digits from the system's random source.</summary>
        public static string NewNonce()
        {
            var bytes = new byte[k_NonceBytes];
            using (var random = RandomNumberGenerator.Create()) random.GetBytes(bytes);
            return Hex(bytes);
        }

        /// <summary>The proof of a side, "hub" or "editor".</summary>
        public string Of(string side)
        {
            string version = ProtocolMax.ToString(CultureInfo.InvariantCulture);
            string text = string.Join("|", new[]
            {
                "vibesync", side, ClientNonce, ServerNonce, Role, Instance, ProjectOrNull ?? "-", version,
            });
            using (var hmac = new HMACSHA256(Encoding.UTF8.GetBytes(Token)))
            {
                return Hex(hmac.ComputeHash(Encoding.UTF8.GetBytes(text)));
            }
        }

        /// <summary>Compares in constant time, so that a guess learns nothing from the answer's delay.</summary>
        public bool IsOf(string side, string proof)
        {
            string expected = Of(side);
            int difference = expected.Length ^ proof.Length;
            for (int index = 0; index < expected.Length && index < proof.Length; index++)
            {
                difference |= expected[index] ^ proof[index];
            }
            return difference == 0;
        }

        private static string Hex(byte[] bytes)
        {
            return BitConverter.ToString(bytes).Replace("-", "").ToLowerInvariant();
        }
    }
}
