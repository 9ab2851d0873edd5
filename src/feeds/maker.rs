//! Who made a document: another program may make another one of the same postings, and so does any that is set otherwise.

use std::{env, fs, io};

use super::hash::Hash;
use crate::domain::channel_setting::ChannelSetting;
use crate::domain::site::Site;

/// A word for this program on this machine, as it is set; the same after a restart.
///
/// # Errors
/// When the program does not find its own file.
pub fn maker(site: &Site) -> io::Result<String> {
    let program = env::current_exe()?;
    let file = fs::metadata(&program)?;
    let (path, length, time) = (program.display(), file.len(), file.modified()?);
    Ok(Hash::of([format!("{path} {length} {time:?} {site:?}")]).to_string())
}

/// A word for what a channel's entries show of its setting.
pub(super) fn setting(setting: &ChannelSetting) -> String {
    // Spelled out, so that who adds something decides here whether entries show it.
    let ChannelSetting {
        company_id,
        tracking_source,
        enabled: _,
        is_private: _,
        key: _,
        changed_at: _,
        revision: _,
    } = setting;
    Hash::of([format!("{company_id:?} {tracking_source:?}")]).to_string()
}
