// The lab's shells are shells of containers.
global using Shell = Hooktrail.Stations.Shell<Hooktrail.Docker.Engine.ContainerSession>;
