// The greeting: hello -> challenge -> auth -> welcome, or refused. [WIRE-2] The hub proves itself first: a process that
// squats on the port gets a hello and nothing else.
using System;

namespace VibeSync.Core
{
    /// <summary>Who we are, for the hello.</summary>
    public sealed class EditorFacts
    {
        public string EditorName;
        public string EditorVersion;
        public string PluginVersion;
        /// <summary>Made once per editor process; survives a domain reload.</summary>
        public string Instance;
    }

    /// <summary>One greeting.</summary>
    public sealed class Greeting
    {
        private readonly Proof m_Proof;

        public Greeting(Discovery discovery, string instance, string projectOrNull)
        {
            m_Proof = new Proof
            {
                Token = discovery.Token, Instance = instance, ProjectOrNull = projectOrNull,
                ClientNonce = Proof.NewNonce(),
            };
        }

        /// <summary>The hello. <paramref name="resumeOrNull"/> names the place to go on from.</summary>
        public JsonObject Hello(EditorFacts facts, JsonObject document, long epoch, JsonObject resumeOrNull)
        {
            return new JsonObject
            {
                { "kind", "hello" },
                { "protocol",
                    new JsonObject { { "min", Generated.ProtocolVersionMin }, { "max", Generated.ProtocolVersion } } },
                { "role", "unity" },
                { "editor", new JsonObject { { "name", facts.EditorName }, { "version", facts.EditorVersion } } },
                { "plugin", facts.PluginVersion },
                { "instance", facts.Instance },
                { "project", m_Proof.ProjectOrNull },
                { "document", document },
                { "epoch", epoch },
                { "nonce", m_Proof.ClientNonce },
                { "resume", resumeOrNull },
            };
        }

        /// <summary>Our proof, once the hub's is right; null when it is not, and then nobody is told
        /// anything.</summary>
        public JsonObject AuthOrNull(JsonObject challenge)
        {
            m_Proof.ServerNonce = (string)challenge["nonce"];
            if (!m_Proof.IsOf("hub", (string)challenge["proof"])) return null;
            return new JsonObject { { "kind", "auth" }, { "proof", m_Proof.Of("editor") } };
        }
    }
}
