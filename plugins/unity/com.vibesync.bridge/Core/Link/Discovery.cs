// Finds the hub: reads `hub.json` in $VIBESYNC_HOME, or in `.vibesync` in the user's home folder. [WIRE-1] The file is
// read anew before every attempt to connect, because port and token change at every start of the hub.
using System;
using System.IO;

namespace VibeSync.Core
{
    /// <summary>Where the hub listens and how to prove that we may talk to it.</summary>
    public sealed class Discovery
    {
        private const string k_HomeVariable = "VIBESYNC_HOME";
        private const string k_FileName = "hub.json";
        private const int k_FileBytesMax = 65536;
        private const int k_TokenLength = 64;

        public int Port;
        public string Token;
        public string ProjectId;
        public string ProjectName;

        public Uri Address
        {
            get { return new Uri("ws://127.0.0.1:" + Port + Generated.SocketPath); }
        }

        /// <summary>The discovery file's contents; null when no hub has announced itself, or the file is not
        /// valid.</summary>
        public static Discovery ReadOrNull()
        {
            try
            {
                var file = new FileInfo(Path.Combine(HomeFolder(), k_FileName));
                if (!file.Exists || file.Length > k_FileBytesMax) return null;
                object root;
                string error;
                return JsonReader.TryRead(File.ReadAllText(file.FullName), out root, out error)
                    ? Parse(root as JsonObject) : null;
            }
            catch (Exception exception)
            {
                // The hub replaces the file while starting; a failed read is tried again with the next attempt.
                if (exception is IOException || exception is UnauthorizedAccessException) return null;
                throw;
            }
        }

        private static Discovery Parse(JsonObject root)
        {
            object host, port, token, project;
            if (root == null || !root.TryGetValue("host", out host) || !Equals(host, "127.0.0.1")) return null;
            if (!root.TryGetValue("port", out port) || !(port is double)) return null;
            if (!root.TryGetValue("token", out token) || !(token is string)) return null;
            if (!root.TryGetValue("project", out project) || !(project is JsonObject)) return null;
            double number = (double)port;
            if (number < 1 || number > 65535 || Math.Floor(number) != number || ((string)token).Length != k_TokenLength)
                return null;
            object id, name;
            ((JsonObject)project).TryGetValue("id", out id);
            ((JsonObject)project).TryGetValue("name", out name);
            return new Discovery
            {
                Port = (int)number, Token = (string)token, ProjectId = id as string, ProjectName = name as string,
            };
        }

        private static string HomeFolder()
        {
            string configured = Environment.GetEnvironmentVariable(k_HomeVariable);
            if (!string.IsNullOrEmpty(configured)) return configured;
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".vibesync");
        }
    }
}
