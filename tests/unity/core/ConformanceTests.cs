// The vectors that TypeScript, Python and C# must agree on (shared/protocol/vectors/README.md).
using System;
using System.IO;
using System.Linq;
using VibeSync.Core;

namespace VibeSync.Tests
{
    public static class ConformanceTests
    {
        private const double k_WorkedTolerance = 1e-5;

        public static void MessagesDown()
        {
            CheckMessages("messages-down.json", "DownMessage");
        }

        public static void MessagesUp()
        {
            CheckMessages("messages-up.json", "UpMessage");
        }

        public static void TransformFrames()
        {
            foreach (JsonObject vector in Read("transforms.json"))
            {
                var name = (string)vector["name"];
                byte[] bytes = Bytes((string)vector["hex"]);
                string code;
                TransformFrame frame = TransformFrame.DecodeOrNull(bytes, out code);
                Expect.Equal((bool)vector["valid"], frame != null, name);
                if (frame == null) Expect.Equal(vector["code"], code, name);
                else CheckFrame((JsonObject)vector["frame"], frame, bytes, name);
            }
        }

        public static void Epsilons()
        {
            foreach (JsonObject vector in Read("epsilon.json"))
            {
                var field = (string)vector["field"];
                object a = Value(vector["a"]), b = Value(vector["b"]);
                bool isSame = Epsilon.IsSame(field, a, b);
                Expect.Equal(vector["same"], isSame, field + " " + JsonWriter.Write(vector));
            }
        }

        public static void Stamps()
        {
            foreach (JsonObject vector in Read("stamps.json"))
            {
                bool isOurs = vector.OrNull("writer") as string == "unity";
                if ((string)vector["kind"] != "next" || !isOurs) continue;
                var clock = new StampClock();
                foreach (object seen in (JsonArray)vector["seen"]) clock.Observe((long)(double)seen);
                Expect.Equal((long)(double)vector["stamp"], clock.Next(), "[WIRE-8] " + JsonWriter.Write(vector));
            }
        }

        public static void Proofs()
        {
            foreach (JsonObject vector in Read("proofs.json"))
            {
                Proof proof = ProofOf(vector);
                var expected = (string)vector["proof"];
                Expect.Equal(expected, proof.Of((string)vector["side"]), (string)vector["name"]);
                Expect.That(proof.IsOf((string)vector["side"], expected), "[WIRE-2] a right proof is taken");
                Expect.That(!proof.IsOf((string)vector["side"], "0" + expected.Substring(1) + "0"),
                    "a wrong length is not");
            }
        }

        public static void Placements()
        {
            foreach (JsonObject vector in Read("conversions.json").Where(item => (string)item["kind"] == "placement"))
            {
                var name = (string)vector["name"];
                bool isAimed = (bool)vector["aimed"], isParentAimed = (bool)vector["parentAimed"];
                var canonical = (JsonObject)vector["canonical"];
                var unity = (JsonObject)vector["unity"];
                double[] t = Numbers(canonical["translation"]), r = Numbers(canonical["rotation"]);
                double[] ut = Numbers(unity["translation"]), ur = Numbers(unity["rotation"]);
                CheckNear(ut, Conversion.Position(t, isParentAimed), name + ": place to Unity");
                CheckNear(t, Conversion.Position(ut, isParentAimed), name + ": place from Unity");
                CheckTurn(ur, Conversion.RotationToUnity(r, isParentAimed, isAimed), name + ": rotation to Unity");
                CheckTurn(r, Conversion.RotationFromUnity(ur, isParentAimed, isAimed), name + ": rotation from Unity");
            }
        }

        public static void MeshesCamerasLights()
        {
            foreach (JsonObject vector in Read("conversions.json"))
            {
                var canonical = vector["canonical"] as JsonObject;
                var unity = vector["unity"] as JsonObject;
                var name = (string)vector["name"];
                if ((string)vector["kind"] == "mesh")
                {
                    CheckNear(Numbers(unity["center"]), Conversion.Position(Numbers(canonical["center"]), false), name);
                }
                if ((string)vector["kind"] == "light")
                {
                    double intensity = Conversion.IntensityToUnity((string)vector["type"],
                        (double)canonical["intensity"]);
                    CheckRatio((double)unity["intensity"], intensity, name);
                    double back = Conversion.IntensityFromUnity((string)vector["type"], (double)unity["intensity"]);
                    CheckRatio((double)canonical["intensity"], back, name);
                }
                bool isPerspective = (string)vector["kind"] == "camera" && canonical.ContainsKey("yfov");
                if (isPerspective)
                {
                    double degrees = Conversion.Degrees((double)canonical["yfov"]);
                    CheckRatio((double)unity["fieldOfView"], degrees, name);
                }
            }
        }

        private static void CheckMessages(string file, string definition)
        {
            foreach (JsonObject vector in Read(file))
            {
                object message;
                string error = null;
                bool isText = vector.ContainsKey("text");
                bool isRead = true;
                if (isText) isRead = JsonReader.TryRead((string)vector["text"], out message, out error);
                else message = vector["message"];
                bool isValid = isRead && (error = Codec.Schema.ErrorOrNull(message, definition)) == null;
                Expect.Equal((bool)vector["valid"], isValid, file + ": " + vector["name"] + " (" + error + ")");
                if (!isValid || isText) continue;
                object again;
                Expect.That(JsonReader.TryRead(JsonWriter.Write(message), out again, out error),
                    "is written as JSON: " + error);
                Expect.Equal(JsonWriter.Write(message), JsonWriter.Write(again),
                    "survives writing and reading: " + vector["name"]);
            }
        }

        private static void CheckFrame(JsonObject expected, TransformFrame frame, byte[] bytes, string name)
        {
            Expect.Equal(expected.Long("lane", -1), (long)frame.Lane, name + ": lane");
            Expect.Equal(expected.Long("seq", -1), frame.Seq, name + ": seq");
            Expect.Equal(expected.Long("epoch", -1), frame.Epoch, name + ": epoch");
            Expect.Equal(expected.Long("lsn", -1), frame.Lsn, name + ": lsn");
            Expect.Equal(expected.Long("stamp", -1), frame.Stamp, name + ": stamp");
            var rows = (JsonArray)expected["rows"];
            Expect.Equal(rows.Count, frame.Rows.Count, name + ": rows");
            for (int index = 0; index < rows.Count; index++)
            {
                var row = (JsonObject)rows[index];
                Expect.Equal(row["uuid"], frame.Rows[index].Uuid, name + ": uuid");
                Expect.Equal(row.Long("mask", -1), (long)frame.Rows[index].Mask, name + ": mask");
                Expect.Equal(row.Long("flags", -1), (long)frame.Rows[index].Flags, name + ": flags");
                Expect.That(Numbers(row["values"]).SequenceEqual(frame.Rows[index].Values), name + ": values");
            }
            Expect.That(bytes.SequenceEqual(frame.Encode()), name + ": encodes to the same bytes");
        }

        private static Proof ProofOf(JsonObject vector)
        {
            return new Proof
            {
                Token = (string)vector["token"], ClientNonce = (string)vector["clientNonce"],
                ServerNonce = (string)vector["serverNonce"], Instance = (string)vector["instance"],
                ProjectOrNull = (string)vector["project"],
                Role = (string)vector["role"], ProtocolMax = (int)(double)vector["protocolMax"],
            };
        }

        private static void CheckNear(double[] expected, double[] actual, string what)
        {
            for (int index = 0; index < expected.Length; index++)
            {
                double slack = Math.Max(k_WorkedTolerance, Math.Abs(expected[index]) * Generated.LengthRelativeEpsilon);
                Expect.That(Math.Abs(expected[index] - actual[index]) <= slack,
                    what + ": was " + JsonWriter.Write(actual));
            }
        }

        private static void CheckTurn(double[] expected, double[] actual, string what)
        {
            double dot = expected.Select((value, index) => value * actual[index]).Sum();
            Expect.That(1 - Math.Abs(dot) <= k_WorkedTolerance, what + ": was " + JsonWriter.Write(actual));
        }

        private static void CheckRatio(double expected, double actual, string what)
        {
            Expect.That(Math.Abs(expected - actual) <= 5 * k_WorkedTolerance * Math.Max(1, Math.Abs(expected)),
                what + ": was " + actual);
        }

        private static JsonObject[] Read(string file)
        {
            object value;
            string error;
            bool isRead = JsonReader.TryRead(File.ReadAllText(Path.Combine(Program.VectorFolder, file)), out value,
                out error);
            Expect.That(isRead, file + ": " + error);
            return ((JsonArray)value).Cast<JsonObject>().ToArray();
        }

        private static object Value(object json)
        {
            var items = json as JsonArray;
            if (items == null) return json;
            return items.Count > 0 && items[0] is string ? (object)items.Cast<string>().ToArray() : Numbers(json);
        }

        private static double[] Numbers(object json)
        {
            return ((JsonArray)json).Cast<double>().ToArray();
        }

        private static byte[] Bytes(string hex)
        {
            var bytes = new byte[hex.Length / 2];
            for (int index = 0; index < bytes.Length; index++)
            {
                bytes[index] = Convert.ToByte(hex.Substring(index * 2, 2), 16);
            }
            return bytes;
        }
    }
}
