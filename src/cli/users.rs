//! `linggong user` and `linggong station`: the first account, the first station.

use std::io::Read;

use clap::{Args, Subcommand};

use super::{Failure, Ground};
use crate::{
    domain::{
        account::{Actor, Role},
        geo::{Crs, Point},
        ids::{OrgId, StationId},
        limits,
        station::{RADIUS_M_DEFAULT, Station},
    },
    market::NewUser,
};

/// Accounts.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add an account; the password comes on standard input.
    Add(UserAdd),
    /// List accounts: login, role, organisation, station.
    List(UserList),
}

/// A new account.
#[derive(Debug, Args)]
pub struct UserAdd {
    /// The name to sign in with.
    #[arg(long)]
    login: String,
    /// worker, leader, employer, broker, staff, village, reviewer, admin or device.
    #[arg(long, value_parser = role)]
    role: Role,
    /// The organisation's id; made known where it is new.
    #[arg(long, value_name = "ID")]
    org: Option<String>,
    /// The station's id.
    #[arg(long, value_name = "ID")]
    station: Option<String>,
    /// Read the password from standard input.
    #[arg(long, required = true)]
    password_stdin: bool,
    #[command(flatten)]
    ground: Ground,
}

/// What a list needs.
#[derive(Debug, Args)]
pub struct UserList {
    #[command(flatten)]
    ground: Ground,
}

fn role(text: &str) -> Result<Role, String> {
    text.parse().map_err(|_| {
        let words: Vec<_> = Role::ALL.iter().map(|role| role.word()).collect();
        format!("one of {}", words.join(", "))
    })
}

/// Runs `linggong user …`.
pub async fn user(command: UserCommand) -> Result<(), Failure> {
    match command {
        UserCommand::Add(args) => {
            let org = args.org.map(|id| id.parse::<OrgId>());
            let org = org.transpose().map_err(|e| Failure::misuse(format!("--org: {e}")))?;
            let station = args.station.map(|id| id.parse::<StationId>()).transpose();
            let station = station.map_err(|e| Failure::misuse(format!("--station: {e}")))?;
            let mut password = String::new();
            let stdin = std::io::stdin().read_to_string(&mut password);
            stdin.map_err(|e| Failure::misuse(format!("standard input: {e}")))?;
            let password = password.trim_end_matches(['\n', '\r']).to_owned();
            let market = args.ground.market().await?;
            let new = NewUser {
                login: args.login,
                role: args.role,
                org,
                employer: None,
                station,
                password,
            };
            let account = market.add_user(&Actor::Operator, new).await?;
            println!("{}", account.id);
        }
        UserCommand::List(args) => {
            let market = args.ground.market().await?;
            for account in market.store.read().await?.accounts().await? {
                let org = account.org.as_ref().map_or("-", |id| id.as_str());
                let station = account.station.as_ref().map_or("-", |id| id.as_str());
                println!("{}\t{}\t{org}\t{station}", account.login, account.role.word());
            }
        }
    }
    Ok(())
}

/// Stations.
#[derive(Debug, Subcommand)]
pub enum StationCommand {
    /// Add a station with a feed of its own.
    Add(StationAdd),
    /// List stations: id, name, position, radius, public or not.
    List(UserList),
}

/// A new station.
#[derive(Debug, Args)]
pub struct StationAdd {
    /// The id, as it stands in addresses.
    id: String,
    /// The name for people.
    #[arg(long)]
    name: String,
    /// Degrees north, WGS-84.
    #[arg(long, allow_negative_numbers = true)]
    lat: f64,
    /// Degrees east, WGS-84.
    #[arg(long, allow_negative_numbers = true)]
    lon: f64,
    /// Postings without chosen stations are shown here when they lie within this radius.
    #[arg(long, default_value_t = RADIUS_M_DEFAULT / 1000.0)]
    radius_km: f64,
    /// Anyone may read its feed without a token.
    #[arg(long)]
    public: bool,
    #[command(flatten)]
    ground: Ground,
}

/// Runs `linggong station …`.
pub async fn station(command: StationCommand) -> Result<(), Failure> {
    match command {
        StationCommand::Add(args) => {
            let id = args.id.parse().map_err(|e| Failure::misuse(format!("ID: {e}")))?;
            let point = Point::new(args.lat, args.lon, Crs::Wgs84);
            let point = point.map_err(|e| Failure::misuse(format!("--lat, --lon: {e}")))?;
            if !(args.radius_km > 0.0 && args.radius_km <= limits::RADIUS_KM_MAX) {
                let max = limits::RADIUS_KM_MAX;
                return Err(Failure::misuse(format!("--radius-km: above 0, at most {max}")));
            }
            let (name, public) = (args.name, args.public);
            let station = Station { id, name, point, radius_m: args.radius_km * 1000.0, public };
            args.ground.market().await?.add_station(&Actor::Operator, &station).await?;
            println!("{}", station.id);
        }
        StationCommand::List(args) => {
            for station in args.ground.market().await?.stations().await? {
                let (lat, lon) = (station.point.lat(), station.point.lon());
                let km = station.radius_m / 1000.0;
                let public = if station.public { "public" } else { "token" };
                let (id, name) = (&station.id, &station.name);
                println!("{id}\t{name}\t{lat:.6}\t{lon:.6}\t{km}\t{public}");
            }
        }
    }
    Ok(())
}
