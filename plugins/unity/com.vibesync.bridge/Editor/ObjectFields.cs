// One GameObject's values in canonical space, read and written. All formulas are Core's (Conversion); this file only
// knows which Unity property is which field. Camera and Light live as components on a corrected node; see Conversion.
using UnityEngine;
using VibeSync.Core;

namespace VibeSync.Editor
{
    /// <summary>Canonical values of GameObjects.</summary>
    public static class ObjectFields
    {
        /// <summary>The type in the canonical model, from the components, or from what the object was made
        /// as.</summary>
        public static string TypeOf(GameObject target, SyncId id)
        {
            if (target.GetComponent<Camera>() != null) return "camera";
            if (target.GetComponent<Light>() != null) return "light";
            bool hasMesh = target.GetComponent<MeshFilter>() != null
                || target.GetComponent<SkinnedMeshRenderer>() != null;
            if (hasMesh) return "mesh";
            return id != null && id.type == "other" ? "other" : "empty";
        }

        public static void ReadCommon(GameObject target, SyncId id, FieldMap into)
        {
            string name = target.name;
            into["name"] = name.Length <= Generated.NameLengthMax ? name : name.Substring(0, Generated.NameLengthMax);
            into["type"] = id.type;
            into["collections"] = id.collections;
            into["visible"] = target.activeSelf;
            ReadTransform(target.transform, id.type, into);
            ReadCamera(target.GetComponent<Camera>(), into);
            ReadLight(target.GetComponent<Light>(), into);
        }

        /// <summary>Writes everything except parent and data, which need to know other entities.</summary>
        public static void WriteCommon(GameObject target, SyncId id, FieldMap fields)
        {
            object value;
            if (fields.TryGetValue("name", out value)) target.name = (string)value;
            if (fields.TryGetValue("visible", out value)) target.SetActive((bool)value);
            if (fields.TryGetValue("collections", out value)) id.collections = (string[])value;
            WriteTransform(target.transform, id.type, fields);
            WriteCamera(target.GetComponent<Camera>(), fields);
            WriteLight(target.GetComponent<Light>(), fields);
        }

        public static void ReadTransform(Transform transform, string type, FieldMap into)
        {
            bool isBelow = IsBelowCorrected(transform);
            Vector3 t = transform.localPosition, s = transform.localScale;
            Quaternion r = transform.localRotation;
            double[] rotation = { r.x, r.y, r.z, r.w };
            into["translation"] = Conversion.Position(new double[] { t.x, t.y, t.z }, isBelow);
            into["rotation"] = Conversion.RotationFromUnity(rotation, isBelow, Conversion.IsCorrected(type));
            into["scale"] = new double[] { s.x, s.y, s.z };
        }

        public static void WriteTransform(Transform transform, string type, FieldMap fields)
        {
            bool isBelow = IsBelowCorrected(transform);
            double[] t = fields.Numbers("translation", null);
            double[] r = fields.Numbers("rotation", null);
            double[] s = fields.Numbers("scale", null);
            if (t != null) transform.localPosition = ToVector(Conversion.Position(t, isBelow));
            if (s != null) transform.localScale = ToVector(s);
            if (r == null) return;
            double[] turned = Conversion.RotationToUnity(r, isBelow, Conversion.IsCorrected(type));
            transform.localRotation =
                new Quaternion((float)turned[0], (float)turned[1], (float)turned[2], (float)turned[3]);
        }

        private static bool IsBelowCorrected(Transform transform)
        {
            SyncId parent = transform.parent == null ? null : transform.parent.GetComponent<SyncId>();
            return parent != null && Conversion.IsCorrected(parent.type);
        }

        private static void ReadCamera(Camera camera, FieldMap into)
        {
            if (camera == null) return;
            into["camera.projection"] = camera.orthographic ? "orthographic" : "perspective";
            into["camera.yfov"] = Conversion.Radians(camera.fieldOfView);
            into["camera.ymag"] = (double)camera.orthographicSize;
            into["camera.near"] = (double)camera.nearClipPlane;
            into["camera.far"] = (double)camera.farClipPlane;
        }

        private static void WriteCamera(Camera camera, FieldMap fields)
        {
            if (camera == null) return;
            object value;
            if (fields.TryGetValue("camera.projection", out value))
            {
                camera.orthographic = (string)value == "orthographic";
            }
            if (fields.TryGetValue("camera.yfov", out value))
            {
                camera.fieldOfView = (float)Conversion.Degrees((double)value);
            }
            if (fields.TryGetValue("camera.ymag", out value)) camera.orthographicSize = (float)(double)value;
            if (fields.TryGetValue("camera.near", out value)) camera.nearClipPlane = (float)(double)value;
            if (fields.TryGetValue("camera.far", out value)) camera.farClipPlane = (float)(double)value;
        }

        private static void ReadLight(Light light, FieldMap into)
        {
            if (light == null) return;
            Color c = light.color;
            string type = LightTypes.FromUnity(light.type);
            into["light.type"] = type;
            into["light.color"] = new[]
            {
                Conversion.LinearFromGamma(c.r), Conversion.LinearFromGamma(c.g), Conversion.LinearFromGamma(c.b),
            };
            into["light.intensity"] = Conversion.IntensityFromUnity(type, light.intensity);
            into["light.range"] = Conversion.RangeFromUnity(light.range);
            into["light.outer"] = Conversion.Radians(light.spotAngle) / 2;
            into["light.inner"] = Conversion.Radians(light.innerSpotAngle) / 2;
        }

        private static void WriteLight(Light light, FieldMap fields)
        {
            if (light == null) return;
            object value;
            double[] linear = fields.Numbers("light.color", null);
            if (linear != null) light.color = ToColor(linear);
            // The unit of Unity's number depends on the type, so a change of type alone rewrites it.
            string before = LightTypes.FromUnity(light.type);
            string type = fields.Text("light.type") ?? before;
            double intensity = Conversion.IntensityFromUnity(before, light.intensity);
            if (fields.TryGetValue("light.intensity", out value)) intensity = (double)value;
            light.type = LightTypes.ToUnity(type);
            light.intensity = (float)Conversion.IntensityToUnity(type, intensity);
            if (fields.TryGetValue("light.range", out value))
            {
                light.range = (float)Conversion.RangeToUnity((double)value);
            }
            if (fields.TryGetValue("light.outer", out value))
            {
                light.spotAngle = (float)Conversion.Degrees((double)value * 2);
            }
            if (fields.TryGetValue("light.inner", out value))
            {
                light.innerSpotAngle = (float)Conversion.Degrees((double)value * 2);
            }
        }

        private static Color ToColor(double[] linear)
        {
            return new Color((float)Conversion.GammaFromLinear(linear[0]), (float)Conversion.GammaFromLinear(linear[1]),
                (float)Conversion.GammaFromLinear(linear[2]));
        }

        private static Vector3 ToVector(double[] value)
        {
            return new Vector3((float)value[0], (float)value[1], (float)value[2]);
        }
    }

    /// <summary>Names of light types. Numbers, because "Area" was renamed "Rectangle" on the way from 2021.3 to
    /// 6000.</summary>
    public static class LightTypes
    {
        private static readonly string[] s_Names = { "spot", "sun", "point", "area" };

        public static string FromUnity(LightType type)
        {
            int number = (int)type;
            return number < s_Names.Length ? s_Names[number] : "area";
        }

        public static LightType ToUnity(string name)
        {
            return (LightType)System.Array.IndexOf(s_Names, name);
        }
    }
}
