// Stand-in for Camera, Light, meshes and renderers: stored values with Unity's documented defaults and clamps.
// Defaults and clamps:
// docs.unity3d.com/ScriptReference/{Camera-fieldOfView,Camera-nearClipPlane,Light-spotAngle,Light-range,
// Light-innerSpotAngle}.html. Nothing is rendered.
using System;
using UnityStandIn;

namespace UnityEngine
{
    public sealed class Camera : Behaviour
    {
        private float m_FieldOfView = 60, m_Size = 5, m_Near = 0.3f, m_Far = 1000;
        private bool m_IsOrthographic;

        public bool orthographic { get { return m_IsOrthographic; } set { m_IsOrthographic = value; } }
        public float fieldOfView { get { return m_FieldOfView; } set { m_FieldOfView = Clamp(value, 1e-5f, 179); } }
        public float orthographicSize { get { return m_Size; } set { m_Size = value; } }
        public float nearClipPlane { get { return m_Near; } set { m_Near = value; } }
        public float farClipPlane { get { return m_Far; } set { m_Far = value; } }

        internal override void Visit(PropertyVisitor visitor)
        {
            base.Visit(visitor);
            visitor.Value("orthographic", ref m_IsOrthographic);
            visitor.Value("field of view", ref m_FieldOfView);
            visitor.Value("orthographic size", ref m_Size);
            visitor.Value("near clip plane", ref m_Near);
            visitor.Value("far clip plane", ref m_Far);
        }

        private static float Clamp(float value, float min, float max) { return Math.Max(min, Math.Min(max, value)); }
    }

    public enum LightType { Spot = 0, Directional = 1, Point = 2, Rectangle = 3, Disc = 4 }

    public sealed class Light : Behaviour
    {
        private LightType m_Type = LightType.Point;
        private Color m_Color = Color.white;
        private float m_Intensity = 1, m_Range = 10, m_Angle = 30, m_InnerAngle = 21.80208f;
        private bool m_UsesTemperature;

        public LightType type { get { return m_Type; } set { m_Type = value; } }
        public Color color { get { return m_Color; } set { m_Color = value; } }
        public float intensity { get { return m_Intensity; } set { m_Intensity = Math.Max(0, value); } }
        public float range { get { return m_Range; } set { m_Range = value; } }
        public float spotAngle { get { return m_Angle; } set { m_Angle = Math.Max(1, Math.Min(179, value)); } }
        public float innerSpotAngle
        {
            get { return m_InnerAngle; }
            set { m_InnerAngle = Math.Max(0, Math.Min(179, value)); }
        }
        public bool useColorTemperature { get { return m_UsesTemperature; } set { m_UsesTemperature = value; } }

        internal override void Visit(PropertyVisitor visitor)
        {
            base.Visit(visitor);
            visitor.Enum("m_Type", ref m_Type);
            visitor.Value("m_Color", ref m_Color);
            visitor.Value("m_Intensity", ref m_Intensity);
            visitor.Value("m_Range", ref m_Range);
            visitor.Value("m_SpotAngle", ref m_Angle);
            visitor.Value("m_InnerSpotAngle", ref m_InnerAngle);
            visitor.Value("m_UseColorTemperature", ref m_UsesTemperature);
        }
    }

    /// <summary>Only its bounds matter here; Unity derives them from the vertices (docs:
    /// Mesh.RecalculateBounds.html).</summary>
    public sealed class Mesh : Object
    {
        private Vector3[] m_Vertices = new Vector3[0];
        private Bounds m_Bounds;

        public Vector3[] vertices { get { return m_Vertices; } set { m_Vertices = value; RecalculateBounds(); } }
        public int[] triangles { get; set; }
        public Bounds bounds { get { return m_Bounds; } set { m_Bounds = value; } }

        public void Clear() { m_Vertices = new Vector3[0]; triangles = new int[0]; }
        public void RecalculateNormals() { }

        public void RecalculateBounds()
        {
            if (m_Vertices.Length == 0) return;
            Vector3 min = m_Vertices[0], max = m_Vertices[0];
            foreach (Vector3 v in m_Vertices)
            {
                min = new Vector3(Math.Min(min.x, v.x), Math.Min(min.y, v.y), Math.Min(min.z, v.z));
                max = new Vector3(Math.Max(max.x, v.x), Math.Max(max.y, v.y), Math.Max(max.z, v.z));
            }
            m_Bounds = new Bounds((min + max) * 0.5f, max - min);
        }

        internal override void Visit(PropertyVisitor visitor)
        {
            base.Visit(visitor);
            visitor.Value("m_LocalAABB.center", ref m_Bounds.center);
            visitor.Value("m_LocalAABB.size", ref m_Bounds.size);
        }
    }

    public sealed class MeshFilter : Component
    {
        private Mesh m_Mesh;
        public Mesh sharedMesh { get { return m_Mesh; } set { m_Mesh = value; } }

        internal override void Visit(PropertyVisitor visitor)
        {
            base.Visit(visitor);
            visitor.Value("m_Mesh", ref m_Mesh);
        }
    }

    public sealed class SkinnedMeshRenderer : Renderer
    {
        private Mesh m_Mesh;
        public Mesh sharedMesh { get { return m_Mesh; } set { m_Mesh = value; } }

        internal override void Visit(PropertyVisitor visitor)
        {
            base.Visit(visitor);
            visitor.Value("m_Mesh", ref m_Mesh);
        }
    }

    public sealed class Material : Object { }

    public class Renderer : Component
    {
        public Material sharedMaterial { get; set; }
    }

    public sealed class MeshRenderer : Renderer { }

    public static class Debug
    {
        /// <summary>Everything logged, for tests.</summary>
        public static readonly System.Collections.Generic.List<string> Lines =
            new System.Collections.Generic.List<string>();
        public static void Log(object text) { Lines.Add("log: " + text); }
        public static void LogWarning(object text) { Lines.Add("warning: " + text); }
        public static void LogError(object text) { Lines.Add("error: " + text); }
        public static void LogException(Exception exception) { Lines.Add("exception: " + exception); }
    }

    public static class Application
    {
        public static string unityVersion { get { return "2021.3.45f1"; } }
        public static bool isBatchMode { get; set; }
        public static bool isPlaying { get { return UnityEditor.EditorApplication.isPlaying; } }
        /// <summary>The project's Assets folder.</summary>
        public static string dataPath { get; set; }
    }

    namespace Rendering
    {
        public class RenderPipelineAsset : Object { public Material defaultMaterial { get; set; } }

        /// <summary>Null in the Built-in pipeline (docs: GraphicsSettings-currentRenderPipeline.html).</summary>
        public static class GraphicsSettings { public static RenderPipelineAsset currentRenderPipeline { get; set; } }
    }

    public static class GUIUtility { public static int hotControl { get; set; } }
}
